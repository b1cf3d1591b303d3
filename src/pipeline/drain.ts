import { setTimeout as pause } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import { errorCode } from "../postgres/connect.ts";
import { inTransaction, isRetryable } from "../postgres/pools.ts";
import { type ContractCache, makeContractCache } from "./contract_cache.ts";
import { failed } from "./failed.ts";
import type { ClaimedCapture } from "./judge.ts";
import { type Judged, judgeSafely } from "./judge_safely.ts";
import { makeRenewPlans, type RenewPlans } from "./renew_plans.ts";
import { releasedOf, settleReleases } from "./settle_releases.ts";
import { BREATH_MS, sideBySide } from "./side_by_side.ts";
import { type Watch, withWatch } from "./watch.ts";

export type Drain = {
  /** Takes pending captures through the stages until none is left that nobody else holds; answers how many. */
  run(): Promise<number>;
  /** One batch in one transaction; answers how many captures it took. */
  batch(): Promise<number>;
  /** `run` ends after the batch under way. What is still pending is found by the next one to run. */
  stop(): void;
};

/** `pool`: for batches, two at most. `watchPool`: where one connection watches meanwhile, if not there. */
export type DrainOptions = { pool: Pool; watchPool?: Pool; log: (line: string) => void; batchSize?: number };

/**
 * The way of pending captures: claim, judge (stages 3 and 4, here), process (stages 5 to 11, one SQL function).
 * A capture that judging throws on, or whose contract no longer compiles, is quarantined. A batch that fails is
 * bisected until the bad capture stands alone and is quarantined; a lost connection, a deadlock or a restart of the
 * server is thrown, since the captures are still pending then.
 */
export function makeDrain({ pool, watchPool = pool, log, batchSize = 500 }: DrainOptions): Drain {
  const contractsOf = makeContractCache(log);
  const renewPlans = makeRenewPlans();
  let isRunning = false;
  let isStopping = false;

  const batch = () => drainBatch({ pool, log, batchSize, contractsOf, renewPlans });

  const many = Math.min(MANY, batchSize);

  const runWatched = async (watch: Watch): Promise<number> => {
    for (let total = 0; ; await pause(BREATH_MS)) {
      await watch.begin();
      const count = await batch();
      total += count;
      if (count >= many && !isStopping) {
        total += await sideBySide({ batch, many, isStopping: () => isStopping });
      } else if (isStopping) {
        await watch.handOver();
        return total;
      } else if (count === 0 && (await watch.end())) {
        const last = await batch();
        if (last === 0) return total;
        total += last;
      }
    }
  };

  return {
    batch,
    stop: () => {
      isStopping = true;
    },
    async run() {
      // Whoever calls meanwhile need not run too: this one looks again before it ends.
      if (isRunning) return 0;
      isRunning = true;
      try {
        return await withWatch(watchPool, runWatched);
      } finally {
        isRunning = false;
      }
    },
  };
}

/**
 * A second batch goes beside one that took so many. Beside smaller ones it would only halve them, and the fixed part of a batch
 * is worth a dozen leads; much later the one would be late (docs/benchmarks.md, B4).
 */
const MANY = 60;

type BatchOptions = Required<Omit<DrainOptions, "watchPool">> & {
  contractsOf: ContractCache;
  renewPlans: RenewPlans;
};
type Failing = BatchOptions & { released: ReadonlySet<string> };

async function drainBatch(options: BatchOptions): Promise<number> {
  let judgements: Judged[] = [];
  let released: ReadonlySet<string> = new Set();
  try {
    return await inTransaction(options.pool, async (client) => {
      const captures = await claim(client, options.batchSize);
      if (captures.length === 0) return 0;
      const contracts = await options.contractsOf(
        client,
        captures.map((capture) => capture.contract_id),
      );
      judgements = captures.map((capture) =>
        judgeSafely(capture, contracts.get(capture.contract_id), options.log),
      );
      released = releasedOf(captures);
      await process(client, judgements, released);
      await options.renewPlans(client, captures.length);
      return captures.length;
    });
  } catch (error) {
    if (saysNothingOfTheData(error) || judgements.length === 0) throw error;
    await bisect({ ...options, released }, judgements, error);
    return judgements.length;
  }
}

async function claim(client: PoolClient, batchSize: number): Promise<ClaimedCapture[]> {
  const { rows } = await client.query<ClaimedCapture>({
    name: "claim_captures",
    text: "select * from app_private.claim_captures($1)",
    values: [batchSize],
  });
  return rows;
}

async function process(
  client: PoolClient,
  judgements: readonly Judged[],
  released: ReadonlySet<string>,
): Promise<void> {
  const settled = judgements.filter((judgement) => "settle" in judgement);
  const accepted = judgements.filter((judgement) => "attributes" in judgement);
  const refused = judgements.filter((judgement) => "violations" in judgement);
  if (settled.length < judgements.length) {
    await client.query({
      name: "process_captures",
      text: "select app_private.process_captures($1, $2, now())",
      values: [JSON.stringify(accepted), JSON.stringify(refused)],
    });
  }
  if (settled.length > 0) {
    // After the leads: what happened to one may be told in the same batch as the lead itself.
    await client.query("select app_private.settle_captures($1, now())", [JSON.stringify(settled)]);
  }
  await settleReleases(client, judgements, released);
}

/** Somebody's conflict, a lost connection, a full disk, a cancelled statement (57014): no capture is to blame. */
function saysNothingOfTheData(error: unknown): boolean {
  return isRetryable(error) || errorCode(error) === "57014";
}

/** Halves until one capture stands alone. The rows were let go with the failed transaction; another worker may hold some by now. */
async function bisect(options: Failing, judgements: Judged[], cause: unknown): Promise<void> {
  if (judgements.length > 1) {
    const middle = judgements.length >> 1;
    await retryHalf(options, judgements.slice(0, middle));
    await retryHalf(options, judgements.slice(middle));
    return;
  }
  const code = errorCode(cause);
  options.log(`capture ${judgements[0]?.id} was quarantined: the pipeline failed with ${code || "an error"}`);
  await inTransaction(options.pool, async (client) => {
    const failures = judgements.map(({ id }) => failed(id, code));
    await client.query("select app_private.quarantine_captures($1, now())", [JSON.stringify(failures)]);
    await settleReleases(client, judgements, options.released);
  });
}

async function retryHalf(options: Failing, judgements: Judged[]): Promise<void> {
  try {
    await inTransaction(options.pool, async (client) => {
      await client.query("select from app_private.reclaim_captures($1)", [judgements.map(({ id }) => id)]);
      await process(client, judgements, options.released);
    });
  } catch (error) {
    if (saysNothingOfTheData(error)) throw error;
    await bisect(options, judgements, error);
  }
}
