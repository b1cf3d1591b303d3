import type { Client } from "pg";
import { Contract } from "../contracts/contract.ts";
import { canonicalJson } from "./digest.ts";
import type { Organization } from "./organization.ts";

/**
 * A contract that says something else than the active one becomes the next version, and active. Published ones are
 * never touched: captures point at the version that judged them.
 */
export async function publishContracts(
  client: Client,
  { capture_paths }: Organization,
  at: Date,
): Promise<void> {
  const active = await activeContracts(client);
  const changed = capture_paths.filter(({ slug, contract }) => !isSame(active.get(slug), contract));
  await client.query(PUBLISH, [
    JSON.stringify(
      changed.map(({ slug, contract }) => ({
        slug,
        definition: contract,
        fallback: contract.fallback_territory,
        team: contract.routing?.team ?? null,
        is_history: contract.history,
      })),
    ),
    at,
  ]);
  const slugs = changed.map(({ slug }) => slug);
  await client.query(ACTIVATE, [slugs]);
  await client.query(ADD_RULES, [slugs]);
}

/** By path, closed ones included. */
async function activeContracts(client: Client): Promise<Map<string, unknown>> {
  const { rows } = await client.query<{ slug: string; definition: unknown }>(
    `select capture_paths.slug, contracts.definition
       from app_public.capture_paths
       join app_public.contracts on contracts.id = capture_paths.active_contract_id`,
  );
  return new Map(rows.map(({ slug, definition }) => [slug, definition]));
}

// Read anew, so that a default which came later does not make the same text a new version.
function isSame(stored: unknown, wanted: Contract): boolean {
  const read = Contract.safeParse(stored);
  return read.success && canonicalJson(read.data) === canonicalJson(wanted);
}

const PUBLISH = `
  insert into app_public.contracts
    (path_id, territory_id, version, definition, fallback_territory_id, team_id, is_history, published_at)
  select capture_paths.id, capture_paths.territory_id,
         1 + coalesce((select max(contracts.version) from app_public.contracts where contracts.path_id = capture_paths.id), 0),
         wanted.definition, fallbacks.id, teams.id, wanted.is_history, $2
    from jsonb_to_recordset($1) as wanted (slug text, definition jsonb, fallback text, team text, is_history boolean)
    join app_public.capture_paths on capture_paths.slug = wanted.slug
    left join app_public.territories as fallbacks on fallbacks.slug = wanted.fallback
    left join app_public.teams on teams.slug = wanted.team
   order by wanted.slug`;

const ACTIVATE = `
  update app_public.capture_paths set active_contract_id = latest.id
    from (select distinct on (contracts.path_id) contracts.path_id, contracts.id
            from app_public.contracts order by contracts.path_id, contracts.version desc) as latest
   where capture_paths.id = latest.path_id and capture_paths.slug = any ($1)`;

const ADD_RULES = `
  insert into app_public.contract_rules (contract_id, territory_id, position, condition)
  select contracts.id, territories.id, rules.position, (rules.rule ->> 'condition')::jsonpath
    from app_public.capture_paths
    join app_public.contracts on contracts.id = capture_paths.active_contract_id
   cross join jsonb_array_elements(contracts.definition -> 'territory_rules') with ordinality as rules (rule, position)
    join app_public.territories on territories.slug = rules.rule ->> 'territory'
   where capture_paths.slug = any ($1)`;
