import { setTimeout as pause } from "node:timers/promises";
import type { Pool } from "pg";
import type { Drain } from "../../pipeline/drain.ts";
import { isRetryable } from "../../postgres/pools.ts";
import type { CapturePath } from "./capture_path.ts";
import type { Tally } from "./stage_file.ts";

/**
 * Takes what was staged through the stages, beside any worker that does the same, until nothing of it is pending.
 * Gives up, and answers how much is left, when nothing moves for a minute.
 */
export async function settle(options: {
  pool: Pool;
  drain: Drain;
  path: CapturePath;
  tally: Tally;
  onPending: (pending: number) => void;
}): Promise<number> {
  const { pool, drain, path, tally, onPending } = options;
  let least = Number.POSITIVE_INFINITY;
  let movedAt = performance.now();
  for (;;) {
    await drain.run().catch(onlyRetryable);
    const pending = await countPending(pool, path, tally);
    onPending(pending);
    if (pending < least) {
      least = pending;
      movedAt = performance.now();
    }
    if (pending === 0 || performance.now() - movedAt > PATIENCE_MS) return pending;
    await pause(200); // others hold the rest
  }
}

const PATIENCE_MS = 60_000;

/** A deadlock with a worker, a restart of the server: the captures are still pending. */
export function onlyRetryable(error: unknown): void {
  if (!isRetryable(error)) throw error;
}

async function countPending(pool: Pool, path: CapturePath, { firstId, lastId }: Tally): Promise<number> {
  const { rows } = await pool.query<{ pending: number }>(
    `select count(*)::int as pending from app_public.captures
      where captures.status = 'pending' and captures.path_id = $1 and captures.id between $2 and $3`,
    [path.id, firstId, lastId],
  );
  return rows[0]?.pending ?? 0;
}
