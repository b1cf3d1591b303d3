import type { ClientBase } from "pg";
import { allValues } from "./rows.ts";

/**
 * Leads that do not say whose they are and why: in one sentence (`explanation`, which names the owner) and in full (`decision`: what
 * it rested on, under which revision, and where pools were asked everybody in them).
 */
export function unexplained(db: ClientBase): Promise<string[]> {
  return allValues(
    db,
    `select leads.id::text as value
       from app_public.leads
       left join app_public.actors on actors.id = leads.owner_id
       left join lateral app_public.leads_decision(leads) as decided on true
      where leads.merged_into_id is null
        and (decided.id is null or decided.owner_id is distinct from leads.owner_id or decided.revision is null
             or leads.owner_id is not null and decided.inputs ? 'turn' and not exists (
               select from jsonb_to_recordset(decided.candidates) as candidates (actor text, chosen boolean, reason text)
                where candidates.actor = actors.slug and candidates.chosen and candidates.reason <> '')
             or exists (select from jsonb_to_recordset(decided.candidates) as candidates (reason text) where coalesce(candidates.reason, '') = '')
             or coalesce(app_public.leads_explanation(leads), '') = ''
             or leads.owner_id is not null and position(actors.slug in app_public.leads_explanation(leads)) = 0)
      order by 1 limit 20`,
  );
}
