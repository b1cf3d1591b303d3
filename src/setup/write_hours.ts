import type { Client } from "pg";
import type { Organization } from "./organization.ts";

/** Working hours of people and teams, exactly those of the folder. */
export async function writeHours(client: Client, { actors, teams }: Organization): Promise<void> {
  const wanted = [
    ...actors.flatMap(({ slug, working_hours }) => working_hours.map((block) => ({ ...block, actor: slug }))),
    ...teams.flatMap(({ slug, working_hours }) => working_hours.map((block) => ({ ...block, team: slug }))),
  ];
  await client.query("delete from app_public.working_hours");
  await client.query(INSERT, [JSON.stringify(wanted)]);
}

const INSERT = `
  insert into app_public.working_hours (actor_id, team_id, day, starts, ends)
  select actors.id, teams.id, array_position(array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], days.day),
         wanted."from", wanted."to"
    from jsonb_to_recordset($1) as wanted (actor text, team text, days jsonb, "from" time, "to" time)
   cross join lateral jsonb_array_elements_text(wanted.days) as days (day)
    left join app_public.actors on actors.slug = wanted.actor
    left join app_public.teams on teams.slug = wanted.team`;
