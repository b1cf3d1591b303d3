import type { ClientBase } from "pg";
import type { Setup } from "./read.ts";
import type { Row, Rows } from "./state.ts";

/**
 * What a folder asks for, in the form that `readCurrent` answers: what is left out as the database fills it in, and
 * conditions as Postgres writes them. They must have been found good (conditions.ts).
 */
export async function readWanted(
  client: ClientBase,
  { organization, exceptionPolicies }: Pick<Setup, "organization" | "exceptionPolicies">,
): Promise<Rows> {
  const { capture_paths: paths } = organization;
  return {
    ...organization,
    territories: organization.territories.map((territory) => ({
      ...territory,
      is_identity_boundary: territory.is_identity_boundary ?? territory.parent === null,
    })),
    contracts: paths.map(({ slug, contract }) => ({ slug, definition: contract })),
    responsibilities: paths.map(({ slug, responsibilities }) => ({ ...responsibilities, slug })),
    territory_rules: await withConditions(client, organization.territory_rules),
    scoring_rules: await withConditions(client, organization.scoring_rules),
    routing_rules: await withConditions(client, organization.routing_rules),
    gate_rules: await withConditions(client, organization.gate_rules),
    exception_policies: exceptionPolicies,
  };
}

async function withConditions(
  client: ClientBase,
  rules: readonly (Row & { condition: string | null })[],
): Promise<Row[]> {
  const { rows } = await client.query<{ condition: string | null }>(
    `select text::jsonpath::text as condition from unnest($1::text[]) with ordinality as conditions (text, n) order by n`,
    [rules.map(({ condition }) => condition)],
  );
  return rules.map((rule, at) => ({ ...rule, condition: rows[at]?.condition ?? null }));
}
