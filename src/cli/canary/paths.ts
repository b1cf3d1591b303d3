import type { Client } from "pg";
import { Contract } from "../../contracts/contract.ts";

/** An open door, as far as a canary must know it. */
export type CanaryPath = {
  slug: string;
  protocol: string;
  requiresSignature: boolean;
  requiresKey: boolean;
  contract: Contract;
  /** Where leads of this path can live, the home's own first. */
  countries: string[];
};

/** Every open door by name, or those of `slugs` that are one. */
export async function readPaths(worker: Client, slugs: readonly string[]): Promise<CanaryPath[]> {
  const { rows } = await worker.query<Omit<CanaryPath, "contract"> & { definition: unknown }>(PATHS, [slugs]);
  return rows.map(({ definition, ...path }) => ({ ...path, contract: Contract.parse(definition) }));
}

const PATHS = `
  select capture_paths.slug, capture_paths.protocol, capture_paths.requires_signature as "requiresSignature",
         capture_paths.requires_key as "requiresKey", contracts.definition,
         array(select territories.country from app_public.territories
                where capture_paths.territory_id = any (territories.path) and territories.country is not null
                order by cardinality(territories.path), territories.id) as countries
    from app_public.capture_paths
    join app_public.contracts on contracts.id = capture_paths.active_contract_id
   where capture_paths.is_active and (capture_paths.slug = any ($1) or cardinality($1::text[]) = 0)
   order by capture_paths.slug`;
