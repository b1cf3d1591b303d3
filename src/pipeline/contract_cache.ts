import type { ClientBase } from "pg";
import { compileContract } from "../contracts/check.ts";
import { Contract } from "../contracts/contract.ts";
import type { PublishedContract } from "./judge.ts";

export type ContractCache = (
  client: ClientBase,
  ids: readonly number[],
) => Promise<ReadonlyMap<number, PublishedContract | undefined>>;

/**
 * Published contracts never change, so each is read and compiled once a process. One that compiled when it was
 * published and no longer does, as after an upgrade, is undefined: those of other paths go on.
 */
export function makeContractCache(log: (line: string) => void = () => {}): ContractCache {
  const known = new Map<number, PublishedContract | undefined>();
  return async (client, ids) => {
    const missing = [...new Set(ids)].filter((id) => !known.has(id));
    if (missing.length > 0) {
      const { rows } = await client.query<{ id: number; definition: unknown }>(
        "select contracts.id, contracts.definition from app_public.contracts where contracts.id = any ($1)",
        [missing],
      );
      for (const { id, definition } of rows) known.set(id, published(id, definition, log));
    }
    return known;
  };
}

function published(
  id: number,
  definition: unknown,
  log: (line: string) => void,
): PublishedContract | undefined {
  try {
    const contract = Contract.parse(definition);
    return { contract, compiled: compileContract(contract) };
  } catch (error) {
    log(`contract ${id} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
