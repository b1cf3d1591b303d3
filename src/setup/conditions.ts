import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";

/**
 * Conditions that Postgres cannot read, in its own words, and those that are a path instead of a predicate: they
 * would never be true, and no one would be told.
 */
export async function findBadConditions(client: Client, organization: Organization): Promise<Finding[]> {
  const conditions = [
    ...(["territory_rules", "scoring_rules", "routing_rules", "gate_rules"] as const).flatMap((section) =>
      organization[section].flatMap(({ condition }, at) =>
        condition === null ? [] : [{ path: [section, at, "condition"], condition }],
      ),
    ),
    ...organization.capture_paths.flatMap(({ contract }, at) =>
      (contract.territory_rules ?? []).map(({ condition }, n) => ({
        path: ["capture_paths", at, "contract", "territory_rules", n, "condition"],
        condition,
      })),
    ),
  ];
  const { rows } = await client.query<{ n: number; message: string | null }>(FAULTS, [
    conditions.map(({ condition }) => condition),
  ]);
  return rows.map(({ n, message }) => ({
    path: conditions[n - 1]?.path ?? [],
    message:
      message ?? 'is a path, not a predicate: it is never true (say exists($.phone), or $.country == "DE")',
  }));
}

// A predicate answers true, false or null even of an empty document; a path finds nothing there.
const FAULTS = `
  with read as (
    select n::int, text, (pg_input_error_info(text, 'jsonpath')).message
      from unnest($1::text[]) with ordinality as conditions (text, n)
  )
  select read.n, read.message
    from read
   where read.message is not null
      or case when read.message is null then
           coalesce(jsonb_typeof(jsonb_path_query_first('{}', read.text::jsonpath, silent => true)), '')
             not in ('boolean', 'null')
         end
   order by read.n`;
