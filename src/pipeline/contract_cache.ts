import type { ClientBase } from "pg";
import { compileContract } from "../contracts/check.ts";
import { Contract } from "../contracts/contract.ts";
import type { PublishedContract } from "./judge.ts";

export type ContractCache = (
  client: ClientBase,
  ids: readonly number[],
) => Promise<ReadonlyMap<number, PublishedContract>>;

/** Published contracts never change, so each is read and compiled once a process. */
export function makeContractCache(): ContractCache {
  const known = new Map<number, PublishedContract>();
  return async (client, ids) => {
    const missing = [...new Set(ids)].filter((id) => !known.has(id));
    if (missing.length > 0) {
      const { rows } = await client.query<{ id: number; definition: unknown }>(
        "select contracts.id, contracts.definition from app_public.contracts where contracts.id = any ($1)",
        [missing],
      );
      for (const row of rows) {
        const contract = Contract.parse(row.definition);
        known.set(row.id, { contract, compiled: compileContract(contract) });
      }
    }
    return known;
  };
}
