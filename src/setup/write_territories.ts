import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import { treeOf } from "./tree.ts";

/**
 * Parents first, a statement per level of the tree: a child looks its parent up. Answers the territories with leads
 * that would change their identity boundary; a person known there would not be recognized any more.
 */
export async function writeTerritories(client: Client, organization: Organization): Promise<Finding[]> {
  const before = await boundaries(client);
  const tree = treeOf(organization);
  const levels = Object.groupBy(organization.territories, ({ slug }) => tree.chain(slug).length);
  for (const level of Object.values(levels)) await client.query(UPSERT, [JSON.stringify(level)]);
  const after = await boundaries(client);
  return organization.territories.flatMap(({ slug }, at): Finding[] => {
    const old = before.get(slug);
    if (old === undefined || !old.has_leads || old.boundary === after.get(slug)?.boundary) return [];
    const message = `"${slug}" has leads, so its identity boundary must stay "${old.boundary}"`;
    return [{ path: ["territories", at, "slug"], message }];
  });
}

const UPSERT = `
  insert into app_public.territories (parent_id, slug, name, kind, time_zone, country, is_identity_boundary)
  select parents.id, wanted.slug, wanted.name, wanted.kind, wanted.time_zone, wanted.country,
         coalesce(wanted.is_identity_boundary, wanted.parent is null)
    from jsonb_to_recordset($1) as wanted (
      slug text, parent text, name text, kind text, time_zone text, country text, is_identity_boundary boolean)
    left join app_public.territories as parents on parents.slug = wanted.parent
  on conflict (slug) do update
     set parent_id = excluded.parent_id, name = excluded.name, kind = excluded.kind, time_zone = excluded.time_zone,
         country = excluded.country, is_identity_boundary = excluded.is_identity_boundary`;

type Boundary = { slug: string; boundary: string; has_leads: boolean };

async function boundaries(client: Client): Promise<Map<string, Boundary>> {
  const { rows } = await client.query<Boundary>(
    `select territories.slug, boundaries.slug as boundary,
            exists (select from app_public.leads where leads.territory_id = territories.id) as has_leads
       from app_public.territories
       join app_public.territories as boundaries on boundaries.id = territories.boundary_id`,
  );
  return new Map(rows.map((row) => [row.slug, row]));
}
