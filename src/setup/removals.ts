import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import { whatSpeaksOfTerritories } from "./territory_traces.ts";

/**
 * What the folder no longer names and somebody still needs: a path with captures to work off, people and teams with
 * open work, a territory that anything speaks of. The reason names what has to be done first.
 */
export async function refuseRemovals(client: Client, organization: Organization): Promise<Finding[]> {
  const slugs = (section: "actors" | "teams" | "capture_paths") =>
    organization[section].map(({ slug }) => slug);
  const { rows } = await client.query<{ section: string; slug: string; counts: Counts }>(IN_USE, [
    slugs("actors"),
    slugs("teams"),
    slugs("capture_paths"),
  ]);
  return [
    ...(await whatSpeaksOfTerritories(client, organization)),
    ...rows.map(({ section, slug, counts }) => ({
      path: [section],
      message: reasonOf(section, slug, counts),
    })),
  ];
}

type Counts = { leads?: number; exceptions?: number; pending?: number; quarantined?: number };

function reasonOf(section: string, slug: string, counts: Counts): string {
  const { leads = 0, exceptions = 0, pending = 0, quarantined = 0 } = counts;
  const parts = [
    [leads, "open lead"],
    [pending, "pending capture"],
    [quarantined, "quarantined capture"],
    [exceptions, "open exception"],
  ] as const;
  const held = parts.flatMap(([n, what]) => (n === 0 ? [] : [`${n} ${what}${n === 1 ? "" : "s"}`]));
  const advice = section === "capture_paths" ? "release or discard them first" : "hand them over first";
  return `"${slug}" is missing and still has ${held.join(" and ")}: ${advice}, or name it again`;
}

const IN_USE = `
  select 'actors' as section, actors.slug, jsonb_build_object('leads', held.leads) as counts
    from app_public.actors
   cross join lateral (
     select count(*) as leads from app_public.leads
      where leads.owner_id = actors.id and leads.closed_at is null and leads.merged_into_id is null) as held
   where actors.is_active and actors.kind <> 'system' and actors.slug <> all ($1) and held.leads > 0
  union all
  select 'teams', teams.slug, jsonb_build_object('leads', held.leads, 'exceptions', cases.open)
    from app_public.teams
   cross join lateral (
     select count(*) as leads from app_public.leads
      where leads.team_id = teams.id and leads.closed_at is null and leads.merged_into_id is null) as held
   cross join lateral (
     select count(*) as open from app_public.exceptions
      where exceptions.resolved_at is null and teams.id in (exceptions.owner_team_id, exceptions.escalation_team_id)) as cases
   where teams.is_active and teams.slug <> all ($2) and held.leads + cases.open > 0
  union all
  select 'capture_paths', capture_paths.slug,
         jsonb_build_object('pending', unsettled.pending, 'quarantined', unsettled.quarantined)
    from app_public.capture_paths
   cross join lateral (
     select (select count(*) from app_public.captures
              where captures.path_id = capture_paths.id and captures.status = 'pending') as pending,
            (select count(*) from app_public.captures
              where captures.path_id = capture_paths.id and captures.status in ('quarantined', 'error')) as quarantined
   ) as unsettled
   where capture_paths.is_active and capture_paths.slug <> all ($3) and unsettled.pending + unsettled.quarantined > 0
   order by 1, 2`;
