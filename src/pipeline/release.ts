import type { Pool, PoolClient } from "pg";
import { inTransaction, isRetryable } from "../postgres/pools.ts";
import type { Refused } from "./judge.ts";
import { type Judged, type Judges, judgeAll } from "./judges.ts";
import { type Filter, type SelectedCapture, selectChunk } from "./selection.ts";

export type Releasing = {
  /** Captures that were looked at. */
  looked: number;
  /** Sent through the stages; a drain takes them from here. */
  released: number;
  /** What stays in quarantine, and why. */
  refused: Refused[];
};

/**
 * Judges what a filter selects of the refused captures again and sends those that pass through the stages, chunk by
 * chunk, each in a transaction of its own, with the contract that took them. The others stay, with what is wrong with
 * them now. Killed in between, it goes on when it is called again; beside workers it does no harm, since a capture is
 * locked from its judgement to its release.
 */
export async function releaseAll(
  pool: Pool,
  filter: Filter,
  judges: Judges,
  onChunk: (chunk: Releasing) => void,
): Promise<void> {
  let after: string | null = null;
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const size = Math.min(CHUNK_SIZE, left);
    const done = await patiently(() =>
      inTransaction(pool, (client) => releaseChunk(client, { filter, judges, after, size })),
    );
    if (done.last === null) return;
    onChunk(done.result);
    after = done.last;
    left -= done.result.looked;
  }
}

const CHUNK_SIZE = 500;

async function releaseChunk(
  client: PoolClient,
  options: { filter: Filter; judges: Judges; after: string | null; size: number },
): Promise<{ result: Releasing; last: string | null }> {
  const { filter, judges, after, size } = options;
  const chunk = await selectChunk(client, { filter, scope: "refused", after, size, isLocking: true });
  const judged = judgeAll(chunk.captures.map(asReleased(filter)), judges);
  const released = await release(client, judged.filter(isTaken));
  const refused = judged.flatMap(({ judgement }) => ("violations" in judgement ? [judgement] : []));
  await tellWhatIsWrongNow(client, judged);
  return { result: { looked: chunk.captures.length, released, refused }, last: chunk.last };
}

/** Who names captures, or says suspected_spam, has looked at what made them suspicious; who names a path has not. */
export function asReleased({ ids, kind }: Filter): (capture: SelectedCapture) => SelectedCapture {
  if (ids === undefined && kind !== "suspected_spam") return (capture) => capture;
  return (capture) => ({ ...capture, released_at: capture.released_at ?? capture.received_at });
}

/** A lead that its contract takes, or what is no lead and needs none. */
function isTaken({ judgement }: Judged): boolean {
  return !("violations" in judgement);
}

async function release(client: PoolClient, judged: readonly Judged[]): Promise<number> {
  let released = 0;
  for (const [contractId, ids] of byContract(judged)) {
    const { rows } = await client.query<{ released: string[] }>(
      "select app_private.release_captures($1, $2, now()) as released",
      [ids, contractId],
    );
    released += rows[0]?.released.length ?? 0;
  }
  return released;
}

/** Nothing when it is what stands there already. */
async function tellWhatIsWrongNow(client: PoolClient, judged: readonly Judged[]): Promise<void> {
  const news = judged.flatMap(({ capture, judge, judgement }) =>
    isNews(capture, judgement) ? [{ ...judgement, contract: judge.id }] : [],
  );
  if (news.length === 0) return;
  await client.query("select app_private.refuse_again($1, now())", [JSON.stringify(news)]);
}

function isNews({ outcome, violations }: SelectedCapture, judgement: Judged["judgement"]): boolean {
  if (!("violations" in judgement)) return false;
  return outcome !== judgement.kind || canonical(violations) !== canonical(judgement.violations);
}

/** jsonb keeps no order of keys. */
function canonical(violations: unknown): string {
  return JSON.stringify(violations, (_, value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
}

function byContract(judged: readonly Judged[]): Map<number | null, string[]> {
  return new Map(
    Map.groupBy(judged, ({ judge }) => judge.id)
      .entries()
      .map(([contractId, group]) => [contractId, group.map(({ capture }) => capture.id)]),
  );
}

/** A deadlock with a worker, a restart of the server: nothing of the chunk was done, so it is done again. */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let trial = 1; ; trial += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error) || trial === TRIALS) throw error;
    }
  }
}

const TRIALS = 5;
