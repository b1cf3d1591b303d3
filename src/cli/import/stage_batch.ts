import { setTimeout as pause } from "node:timers/promises";
import type { Pool } from "pg";
import { BYTEA, binaryArray, TEXT } from "../../capture/binary_array.ts";
import { borrow } from "../../capture/borrow.ts";
import { errorCode } from "../../postgres/connect.ts";
import { CONTENT_TYPE, type RowArrival } from "./arrivals.ts";
import type { BatchResult } from "./checkpoint.ts";

/** `failed`: arrivals that the database refused for what they hold. */
export type StagedBatch = { done: BatchResult[]; failed: number };

/**
 * Stores a batch in one durable statement, together with the note that it is stored. A batch refused for what it
 * holds is halved until the bad row stands alone. Waits for a database that is away, a minute altogether.
 */
export async function stageBatch(
  pool: Pool,
  importId: string,
  place: string,
  arrivals: RowArrival[],
): Promise<StagedBatch> {
  try {
    return { done: [await stagePatiently(pool, importId, place, arrivals)], failed: 0 };
  } catch (error) {
    if (!isAboutARow(error)) throw error;
    if (arrivals.length === 1) return { done: [], failed: 1 };
  }
  const half = Math.ceil(arrivals.length / 2);
  const first = await stageBatch(pool, importId, `${place}.0`, arrivals.slice(0, half));
  const second = await stageBatch(pool, importId, `${place}.1`, arrivals.slice(half));
  return { done: [...first.done, ...second.done], failed: first.failed + second.failed };
}

/** The same again is safe: what was stored without our hearing of it is answered then, and not stored twice. */
async function stagePatiently(pool: Pool, ...[importId, place, arrivals]: Batch): Promise<BatchResult> {
  for (let trial = 1; ; trial += 1) {
    try {
      return await borrow(pool, STATEMENT_MS, async (client) => {
        const { rows } = await client.query<BatchResult>({
          name: "stage_import",
          text: STAGE,
          values: [
            importId,
            place,
            binaryArray(
              TEXT,
              arrivals.map(({ key }) => key),
            ),
            binaryArray(
              BYTEA,
              arrivals.map(({ body }) => body),
            ),
            CONTENT_TYPE,
          ],
        });
        if (rows[0] === undefined) throw new Error("stage_import did not answer.");
        return rows[0];
      });
    } catch (error) {
      if (isAboutARow(error) || trial === TRIALS) throw error;
      await pause(500 * trial);
    }
  }
}

type Batch = [importId: string, place: string, arrivals: RowArrival[]];

const STAGE = `select place, arrivals, stored, first_capture_id, last_capture_id
  from app_private.stage_import($1, $2, $3::text[], $4::bytea[], $5)`;
const STATEMENT_MS = 60_000;
const TRIALS = 15;

/** Wrong values, broken constraints, limits of size. Everything else concerns the server and so every row. */
function isAboutARow(error: unknown): boolean {
  return /^(21|22|23|54|P0)...$/.test(errorCode(error));
}
