import type { Client } from "pg";
import { type Finding, ok, warn } from "./finding.ts";

/** Leads that lie with somebody who can do nothing for them. */
export async function checkLeads(worker: Client): Promise<Finding[]> {
  const { rows } = await worker.query<{ leads: number; owners: string }>(STRANDED);
  const { leads, owners } = rows[0] ?? { leads: 0, owners: "" };
  return [
    leads === 0
      ? ok("owners of leads", "all may work theirs")
      : warn(
          "owners of leads",
          `${leads} open leads whose owner may not work them: ${owners}`,
          "A running worker passes them on within a minute; else say in actors.yaml who they are.",
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
