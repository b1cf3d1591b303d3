import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import { writeHours } from "./write_hours.ts";

/**
 * Teams and their members, exactly those of the folder; whose turn it is stays as it was. A team that is gone is
 * switched off and emptied; the row stays, since leads and decisions name it.
 */
export async function writeTeams(client: Client, organization: Organization): Promise<void> {
  const { teams, territories } = organization;
  const wanted = JSON.stringify(teams);
  const members = JSON.stringify(
    teams.flatMap(({ slug, members }) =>
      members.map((member, at) => ({ ...member, team: slug, position: at + 1 })),
    ),
  );
  for (const statement of [RETIRE, STEP_BACK, UPSERT, SET_ESCALATION])
    await client.query(statement, [wanted]);
  for (const statement of [LEAVE, JOIN]) await client.query(statement, [members]);
  await client.query(SET_FALLBACKS, [JSON.stringify(territories)]);
  await writeHours(client, organization);
}

const RETIRE = `
  update app_public.teams
     set is_active = false, takes_leads = false, handles_operations = false, escalates_to_id = null
   where teams.is_active
     and not exists (select from jsonb_to_recordset($1) as wanted (slug text) where wanted.slug = teams.slug)`;

// Only one team of a territory takes leads, at every moment: who gives that up does so before another takes over.
const STEP_BACK = `
  update app_public.teams set takes_leads = false, handles_operations = false
    from jsonb_to_recordset($1) as wanted (slug text, territory text, takes_leads boolean, handles_operations boolean)
    join app_public.territories on territories.slug = wanted.territory
   where teams.slug = wanted.slug
     and (teams.territory_id, teams.takes_leads, teams.handles_operations)
       is distinct from (territories.id, wanted.takes_leads, wanted.handles_operations)`;

const UPSERT = `
  insert into app_public.teams (territory_id, slug, name, kind, contact_name, takes_leads, handles_operations, accept_seconds)
  select territories.id, wanted.slug, wanted.name, wanted.kind, wanted.contact_name, wanted.takes_leads,
         wanted.handles_operations, wanted.accept_seconds
    from jsonb_to_recordset($1) as wanted (
      slug text, territory text, name text, kind text, contact_name text, takes_leads boolean, handles_operations boolean,
      accept_seconds int)
    join app_public.territories on territories.slug = wanted.territory
  on conflict (slug) do update
     set territory_id = excluded.territory_id, name = excluded.name, kind = excluded.kind,
         contact_name = excluded.contact_name, takes_leads = excluded.takes_leads,
         handles_operations = excluded.handles_operations, accept_seconds = excluded.accept_seconds, is_active = true`;

const SET_ESCALATION = `
  update app_public.teams set escalates_to_id = targets.id
    from jsonb_to_recordset($1) as wanted (slug text, escalates_to text)
    left join app_public.teams as targets on targets.slug = wanted.escalates_to
   where teams.slug = wanted.slug and teams.escalates_to_id is distinct from targets.id`;

const SET_FALLBACKS = `
  update app_public.territories set fallback_team_id = pools.id
    from jsonb_to_recordset($1) as wanted (slug text, fallback text)
    left join app_public.teams as pools on pools.slug = wanted.fallback
   where territories.slug = wanted.slug and territories.fallback_team_id is distinct from pools.id`;

const WANTED_MEMBERS = `
  select teams.id as team_id, teams.territory_id, actors.id as actor_id, wanted.position, wanted.weight, wanted.capacity,
         wanted.daily_capacity
    from jsonb_to_recordset($1) as wanted (team text, actor text, position int, weight int, capacity int, daily_capacity int)
    join app_public.teams on teams.slug = wanted.team
    join app_public.actors on actors.slug = wanted.actor`;

const LEAVE = `
  with wanted as (${WANTED_MEMBERS})
  delete from app_public.team_members
   where not exists (
     select from wanted
      where wanted.team_id = team_members.team_id and wanted.actor_id = team_members.actor_id)`;

// Who is new begins where the others are on average: neither flooded nor starved.
const JOIN = `
  insert into app_public.team_members (team_id, territory_id, actor_id, position, weight, capacity, daily_capacity, credit, past_credit)
  select wanted.*, average.credit, average.past_credit
    from (${WANTED_MEMBERS}) as wanted
   cross join lateral (
     select coalesce(avg(present.credit), 0)::bigint as credit, coalesce(avg(present.past_credit), 0)::bigint as past_credit
       from app_public.team_members as present where present.team_id = wanted.team_id) as average
  on conflict (team_id, actor_id) do update
     set position = excluded.position, weight = excluded.weight, capacity = excluded.capacity,
         daily_capacity = excluded.daily_capacity`;
