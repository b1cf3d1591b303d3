import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import { treeOf } from "./tree.ts";

/** Parents first, a statement per level of the tree: a child looks its parent up. */
export async function writeTerritories(client: Client, organization: Organization): Promise<void> {
  const tree = treeOf(organization);
  const levels = Object.groupBy(organization.territories, ({ slug }) => tree.chain(slug).length);
  for (const level of Object.values(levels)) await client.query(UPSERT, [JSON.stringify(level)]);
}

/** When nothing else stands in them any more. What speaks of one was refused before (territory_traces.ts). */
export async function removeTerritories(client: Client, { territories }: Organization): Promise<void> {
  await client.query("delete from app_public.territories where territories.slug <> all ($1)", [
    territories.map(({ slug }) => slug),
  ]);
}

const UPSERT = `
  insert into app_public.territories (parent_id, slug, name, kind, time_zone, country, is_identity_boundary, attribution_half_life_days, unassigned_seconds, routing_score,
    stagnant_seconds, follow_up_seconds, approval_seconds, handover_seconds)
  select parents.id, wanted.slug, wanted.name, wanted.kind, wanted.time_zone, wanted.country,
         coalesce(wanted.is_identity_boundary, wanted.parent is null), wanted.attribution_half_life_days, wanted.unassigned_seconds,
         wanted.routing_score, wanted.stagnant_seconds, wanted.follow_up_seconds, wanted.approval_seconds, wanted.handover_seconds
    from jsonb_to_recordset($1) as wanted (
      slug text, parent text, name text, kind text, time_zone text, country text, is_identity_boundary boolean,
      attribution_half_life_days double precision, unassigned_seconds int, routing_score text,
      stagnant_seconds int, follow_up_seconds int, approval_seconds int, handover_seconds int)
    left join app_public.territories as parents on parents.slug = wanted.parent
  on conflict (slug) do update
     set parent_id = excluded.parent_id, name = excluded.name, kind = excluded.kind, time_zone = excluded.time_zone,
         country = excluded.country, is_identity_boundary = excluded.is_identity_boundary,
         attribution_half_life_days = excluded.attribution_half_life_days, unassigned_seconds = excluded.unassigned_seconds,
         routing_score = excluded.routing_score, stagnant_seconds = excluded.stagnant_seconds,
         follow_up_seconds = excluded.follow_up_seconds, approval_seconds = excluded.approval_seconds,
         handover_seconds = excluded.handover_seconds`;
