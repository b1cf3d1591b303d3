import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import { treeOf } from "./tree.ts";

/**
 * Territories with leads that would change their identity boundary: a person known there would not be recognized any
 * more.
 */
export async function findMovedBoundaries(client: Client, organization: Organization): Promise<Finding[]> {
  const { rows } = await client.query<{ slug: string; boundary: string; has_leads: boolean }>(
    `select territories.slug, boundaries.slug as boundary,
            exists (select from app_public.leads where leads.territory_id = territories.id) as has_leads
       from app_public.territories
       join app_public.territories as boundaries on boundaries.id = territories.boundary_id`,
  );
  const before = new Map(rows.map((row) => [row.slug, row]));
  const tree = treeOf(organization);
  return organization.territories.flatMap(({ slug }, at): Finding[] => {
    const old = before.get(slug);
    if (old === undefined || !old.has_leads || old.boundary === tree.boundary(slug)) return [];
    const message = `"${slug}" has leads, so its identity boundary must stay "${old.boundary}"`;
    return [{ path: ["territories", at, "slug"], message }];
  });
}
