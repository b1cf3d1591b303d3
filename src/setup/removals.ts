import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";

/** Territories and teams that the folder no longer names. Leads, decisions and exceptions speak of them for ever. */
export async function refuseRemovals(client: Client, organization: Organization): Promise<Finding[]> {
  const { rows } = await client.query<{ section: string; slug: string }>(
    `select 'territories' as section, slug from app_public.territories where slug <> all ($1)
     union all
     select 'teams', slug from app_public.teams where slug <> all ($2)
     order by 1, 2`,
    [organization.territories.map(({ slug }) => slug), organization.teams.map(({ slug }) => slug)],
  );
  return rows.map(({ section, slug }) => ({
    path: [section],
    message: `"${slug}" is missing: ${section} cannot be removed or renamed, only its name, place and members changed`,
  }));
}
