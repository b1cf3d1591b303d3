import { setTimeout as pause } from "node:timers/promises";
import type { Pool } from "pg";
import { makeDrain } from "../../pipeline/drain.ts";
import { isRetryable } from "../../postgres/pools.ts";
import { note } from "../output.ts";

/**
 * Takes what was released through the stages, beside any worker that does the same, until none of it is pending but
 * what waits for a vendor. Gives up, and answers how much is left, when nothing moves for a minute.
 */
export async function drainReleased(pool: Pool, onPending: (pending: number) => void): Promise<number> {
  const drain = makeDrain({ pool, log: note });
  let least = Number.POSITIVE_INFINITY;
  let movedAt = performance.now();
  for (;;) {
    const { pending, waiting } = await countReleased(pool);
    onPending(pending);
    if (pending < least) {
      least = pending;
      movedAt = performance.now();
    }
    if (pending === 0 || performance.now() - movedAt > PATIENCE_MS) return pending + waiting;
    await drain.batch().catch(onlyRetryable);
    if (pending === least) await pause(50); // others hold the rest
  }
}

const PATIENCE_MS = 60_000;

function onlyRetryable(error: unknown): void {
  if (!isRetryable(error)) throw error; // else it is pending still
}

async function countReleased(pool: Pool): Promise<{ pending: number; waiting: number }> {
  const { rows } = await pool.query<{ pending: number; waiting: number }>(
    `select (count(*) filter (where captures.fetch_due_at is null))::int as pending,
            (count(*) filter (where captures.fetch_due_at is not null))::int as waiting
       from app_public.captures where captures.status = 'pending' and captures.released_at is not null`,
  );
  return rows[0] ?? { pending: 0, waiting: 0 };
}
