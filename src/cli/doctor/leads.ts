import type { Client } from "pg";
import { type Finding, ok, warn } from "./finding.ts";

/** What lies with somebody who can do nothing for it, or with nobody. */
export async function checkLeads(worker: Client): Promise<Finding[]> {
  const { rows } = await worker.query<{ leads: number; owners: string }>(STRANDED);
  const { leads, owners } = rows[0] ?? { leads: 0, owners: "" };
  const unowned = await worker.query<{ captures: number }>(WITHOUT_CASE);
  const captures = unowned.rows[0]?.captures ?? 0;
  return [
    leads === 0
      ? ok("owners of leads", "all may work theirs")
      : warn(
          "owners of leads",
          `${leads} open leads whose owner may not work them: ${owners}`,
          "A running worker passes them on within a minute; else say in actors.yaml who they are.",
        ),
    captures === 0
      ? ok("quarantine", "every refused arrival has an open case")
      : warn(
          "quarantine",
          `${captures} refused arrivals without an open case: nobody is asked for them`,
          "`npx catchment quarantine list` names them: release or discard them.",
        ),
  ];
}

/** As app_private.pass_on_stranded, which looks every minute. */
const STRANDED = `
  select coalesce(sum(held.leads), 0)::int as leads, coalesce(string_agg(actors.slug, ', ' order by actors.slug), '') as owners
    from (select places.owner_id, sum(places.leads) as leads
            from (select leads.owner_id, leads.territory_id, count(*) as leads
                    from app_public.leads
                   where leads.owner_id is not null and leads.closed_at is null and leads.merged_into_id is null
                     and leads.held_at is null and not leads.is_history
                   group by leads.owner_id, leads.territory_id) as places
           where not app_private.works_leads_in(places.owner_id, places.territory_id)
           group by places.owner_id) as held
    join app_public.actors on actors.id = held.owner_id`;

const WITHOUT_CASE = `
  select count(*)::int as captures
    from app_public.captures
   where captures.status in ('quarantined', 'error')
     and not exists (select from app_public.exceptions
                      where exceptions.capture_id = captures.id and exceptions.resolved_at is null)`;
