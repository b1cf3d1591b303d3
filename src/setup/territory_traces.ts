import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";

/**
 * Territories that the folder no longer names although something stays that speaks of them: leads and captures, rules
 * of former revisions, the audit. Found by the catalog, so that a table which comes later counts too.
 */
export async function whatSpeaksOfTerritories(
  client: Client,
  organization: Organization,
): Promise<Finding[]> {
  const { rows: missing } = await client.query<{ id: number; slug: string }>(
    "select id, slug from app_public.territories where slug <> all ($1) order by slug",
    [organization.territories.map(({ slug }) => slug)],
  );
  if (missing.length === 0) return [];
  const { rows: columns } = await client.query<Column>(COLUMNS, [FOLLOWING]);
  const traces = columns.map(({ schema, table, column }) => {
    const wanted = COMING_BACK.find((section) => section === table);
    const slugs = wanted === undefined ? [] : organization[wanted].map(({ slug }) => escapeLiteral(slug));
    const only = slugs.length > 0 ? `and traces.slug not in (${slugs.join(", ")})` : "";
    return `select missing.id, ${escapeLiteral(table)} as place from unnest($1::int[]) as missing (id)
             where exists (select from ${escapeIdentifier(schema)}.${escapeIdentifier(table)} as traces
                            where traces.${escapeIdentifier(column)} = missing.id ${only})`;
  });
  const { rows } = await client.query<{ id: number; places: string[] }>(
    `select found.id, array_agg(distinct found.place order by found.place) as places
       from (${traces.join(" union all ")}) as found group by found.id`,
    [missing.map(({ id }) => id)],
  );
  const placesOf = new Map(rows.map(({ id, places }) => [id, places]));
  return missing.flatMap(({ id, slug }): Finding[] => {
    const places = placesOf.get(id);
    if (places === undefined) return [];
    const message = `"${slug}" is missing and cannot be removed: ${listOf(places)} still speak of it; name it again`;
    return [{ path: ["territories"], message }];
  });
}

type Column = { schema: string; table: string; column: string };

/** Tables that every apply writes anew, or that follow what it writes. */
const FOLLOWING = ["territories", "territory_grants", "memberships", "team_members", "responsibilities"];

/** Of these only the rows that are switched off keep their territory: the wanted ones go where the folder says. */
const COMING_BACK = ["calendars", "teams", "capture_paths", "sla_policies"] as const;

const COLUMNS = `
  select nspname as schema, relname as table, attname as column
    from pg_catalog.pg_attribute
    join pg_catalog.pg_class on pg_class.oid = pg_attribute.attrelid
    join pg_catalog.pg_namespace on pg_namespace.oid = pg_class.relnamespace
   where pg_namespace.nspname in ('app_public', 'app_private')
     and pg_class.relkind in ('r', 'p') and not pg_class.relispartition
     and pg_attribute.attname ~ '(territory|boundary)_id$' and pg_attribute.atttypid = 'int'::regtype
     and pg_class.relname <> all ($1)
     and (pg_class.relname, pg_attribute.attname) <> ('contracts', 'territory_id')  -- that of its path
   order by 1, 2, 3`;

function listOf(places: readonly string[]): string {
  const words = places.map((place) => place.replaceAll("_", " "));
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
