import type { Pool } from "pg";
import { inTransaction, withClient } from "../postgres/pools.ts";
import { type Judged, type Judges, judgeAll } from "./judges.ts";
import { patiently } from "./release.ts";
import { type Chunk, type Filter, selectChunk } from "./selection.ts";

export type Replayed = {
  /** Processed captures that were read again. */
  looked: number;
  /** Of these, what the contract says of them now is something else than before. */
  changed: number;
  /** It would refuse them now; they stay as they are. */
  keptAsRefused: number;
};

/**
 * Reads processed captures again, by what their contract says now: fields that were not mapped then fill blanks of the
 * lead and of the touch, and the lead's score follows the rules in force. Lead, touch, territory and owner stay, and
 * nothing that happened happens again. The second time it changes nothing. Chunk by chunk, each in its own transaction.
 */
export async function replayProcessed(
  pool: Pool,
  filter: Filter,
  judges: Judges,
  onChunk: (chunk: Replayed) => void,
): Promise<void> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for (let after: string | null = null; left > 0; ) {
    const size = Math.min(CHUNK_SIZE, left);
    const from: string | null = after;
    const chunk: Chunk = await withClient(pool, (client) =>
      selectChunk(client, { filter, scope: "processed", after: from, size }),
    );
    if (chunk.last === null) return;
    const judged = judgeAll(chunk.captures, judges);
    const changed = await patiently(() => write(pool, judged));
    const keptAsRefused = judged.filter(({ judgement }) => "violations" in judgement).length;
    onChunk({ looked: judged.length, changed, keptAsRefused });
    after = chunk.last;
    left -= chunk.captures.length;
  }
}

/** Smaller than a batch of the stages: its rows are those of leads that people work on. */
const CHUNK_SIZE = 200;

async function write(pool: Pool, judged: readonly Judged[]): Promise<number> {
  const taken = judged.flatMap(({ capture, judge, judgement }) =>
    "attributes" in judgement
      ? [{ id: capture.id, contract: judge.id, attributes: judgement.attributes }]
      : [],
  );
  if (taken.length === 0) return 0;
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ changed: number }>(
      "select app_private.replay_captures($1, app_private.current_revision()) as changed",
      [JSON.stringify(taken)],
    );
    return rows[0]?.changed ?? 0;
  });
}
