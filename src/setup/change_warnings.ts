import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import { type Tree, treeOf } from "./tree.ts";

/** What may be meant, and is much for one line: leads that others will see, and leads without a clock. */
export async function warningsOfChange(client: Client, organization: Organization): Promise<Finding[]> {
  const tree = treeOf(organization);
  const { rows } = await client.query<Known>(KNOWN);
  const known = new Map(rows.map((row) => [row.slug, row]));
  return [...movedRoots(organization, tree, known), ...lostPolicies(organization, tree, rows)];
}

type Known = { slug: string; root: string; leads: number; open: number; has_policy: boolean };

/** Leads of a territory and all below it. */
const KNOWN = `
  select territories.slug, roots.slug as root, counts.leads::int, counts.open::int,
         exists (select from app_public.sla_policies join app_public.territories as places on places.id = sla_policies.territory_id
                  where sla_policies.is_active and sla_policies.kind = 'first_response' and territories.id = any (places.path)) as has_policy
    from app_public.territories
    join app_public.territories as roots on roots.id = territories.path[1]
   cross join lateral (
     select count(*) as leads, count(*) filter (where leads.closed_at is null and leads.merged_into_id is null) as open
       from app_public.leads join app_public.territories as below on below.id = leads.territory_id
      where territories.id = any (below.path)) as counts`;

/** Where a whole client comes under another: of a moved subtree its top speaks for all. */
function movedRoots({ territories, actors }: Organization, tree: Tree, known: Map<string, Known>): Finding[] {
  return territories.flatMap(({ slug, parent }, at): Finding[] => {
    const before = known.get(slug);
    const root = tree.root(slug);
    if (before === undefined || before.leads === 0 || parent === null || root === before.root) return [];
    const above = known.get(parent);
    if (above !== undefined && above.root === before.root && tree.root(parent) !== before.root) return [];
    const chain = tree.chain(parent);
    const people = actors.flatMap((actor) =>
      actor.kind === "person" && actor.memberships.some(({ territory }) => chain.includes(territory))
        ? [actor.slug]
        : [],
    );
    const message =
      `"${slug}" moves from the root "${before.root}" to "${root}": whoever has a role in ${chain.join(", ")} ` +
      `(${people.join(", ") || "nobody yet"}) gains sight of ${counted(before.leads)}`;
    return [{ path: ["territories", at, "parent"], message }];
  });
}

function lostPolicies({ sla_policies }: Organization, tree: Tree, rows: readonly Known[]): Finding[] {
  const kept = new Set(
    sla_policies.flatMap(({ kind, territory }) => (kind === "first_response" ? [tree.root(territory)] : [])),
  );
  return rows.flatMap(({ slug, root, open, has_policy }): Finding[] => {
    if (slug !== root || !has_policy || open === 0 || kept.has(tree.root(slug))) return [];
    const message = `the root "${slug}" loses its last first_response policy: new leads get no such clock; it has ${counted(open)} open`;
    return [{ path: ["sla_policies"], message }];
  });
}

function counted(leads: number): string {
  return `${leads} lead${leads === 1 ? "" : "s"}`;
}
