import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../postgres/pools.ts";
import { type ContractCache, makeContractCache } from "./contract_cache.ts";
import { type ClaimedCapture, judge } from "./judge.ts";
import { findPlaceless } from "./placeless.ts";

/** Judges all that people asked to have judged again and that nobody else holds; answers how many captures. */
export type Revalidate = () => Promise<number>;

/**
 * A batch is a transaction: a capture is locked from its claim until its verdict is kept, so nobody corrects or
 * releases it in between. One that cannot be judged is refused by its verdict and holds up no other.
 */
export function makeRevalidate(pool: Pool): Revalidate {
  const contractsOf = makeContractCache();
  return async () => {
    for (let total = 0; ; ) {
      const judged = await inTransaction(pool, (client) => revalidateBatch(client, contractsOf));
      total += judged;
      if (judged < BATCH) return total;
    }
  };
}

/** Few enough that somebody who works on one of them hardly waits. */
const BATCH = 100;

type Verdict = {
  id: string;
  accepted: boolean;
  violations: { kind: string; path: string; message: string }[];
};

async function revalidateBatch(client: PoolClient, contractsOf: ContractCache): Promise<number> {
  const { rows } = await client.query<ClaimedCapture>("select * from app_private.claim_revalidations($1)", [
    BATCH,
  ]);
  if (rows.length === 0) return 0;
  const verdicts: Verdict[] = [];
  for (const capture of rows) verdicts.push(await verdictOf(client, contractsOf, capture));
  await client.query("select app_private.record_revalidations($1, now())", [JSON.stringify(verdicts)]);
  return rows.length;
}

/** Where a statement failed, the next one of the transaction fails too: nothing false is kept. */
async function verdictOf(
  client: PoolClient,
  contractsOf: ContractCache,
  capture: ClaimedCapture,
): Promise<Verdict> {
  try {
    const contract = (await contractsOf(client, [capture.contract_id])).get(capture.contract_id);
    if (contract === undefined) return failed(capture);
    const judgement = judge(capture, contract);
    if ("violations" in judgement)
      return { id: capture.id, accepted: false, violations: judgement.violations };
    if ("settle" in judgement) return { id: capture.id, accepted: true, violations: [] };
    const arrival = { ...judgement, contractId: capture.contract_id };
    const isPlaceless = (await findPlaceless(client, [arrival])).has(capture.id);
    return { id: capture.id, accepted: !isPlaceless, violations: isPlaceless ? [NO_TERRITORY] : [] };
  } catch {
    return failed(capture);
  }
}

const NO_TERRITORY = {
  kind: "no_territory",
  path: "",
  message: "No territory rule matches and the contract names no fallback",
};

function failed({ id }: ClaimedCapture): Verdict {
  const message = "it cannot be judged by this contract";
  return { id, accepted: false, violations: [{ kind: "failed", path: "", message }] };
}
