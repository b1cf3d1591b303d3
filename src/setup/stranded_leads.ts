import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import { treeOf } from "./tree.ts";

/** Whose open leads lie where they may not work leads by what the folder says: the rules pass them on within a minute. */
export async function findStrandedLeads(client: Client, organization: Organization): Promise<Finding[]> {
  const { rows } = await client.query<{ owner: string; territory: string; leads: number }>(OPEN_LEADS);
  const working = await client.query<{ role: string }>(
    "select role from app_private.permissions where action = 'work_lead'",
  );
  const roles = new Set(working.rows.map(({ role }) => role));
  const tree = treeOf(organization);
  return rows.flatMap(({ owner, territory, leads }): Finding[] => {
    const at = organization.actors.findIndex(({ slug }) => slug === owner);
    const actor = organization.actors[at];
    if (actor === undefined || !tree.has(territory)) return []; // removals: refused while they have any
    const reach = tree.chain(territory);
    if (actor.memberships.some((has) => roles.has(has.role) && reach.includes(has.territory))) return [];
    return [
      {
        path: ["actors", at, "memberships"],
        message: `"${owner}" keeps ${leads} open lead${leads === 1 ? "" : "s"} in "${territory}" that they may not work: the rules pass them on`,
      },
    ];
  });
}

// As the sweep that passes them on: not those of the past.
const OPEN_LEADS = `
  select actors.slug as owner, territories.slug as territory, count(*)::int as leads
    from app_public.leads
    join app_public.actors on actors.id = leads.owner_id
    join app_public.territories on territories.id = leads.territory_id
   where leads.closed_at is null and leads.merged_into_id is null and not leads.is_history
   group by actors.slug, territories.slug
   order by 1, 2`;
