import type { Pool, PoolClient } from "pg";
import { isConnectionLoss, isRetryable } from "../postgres/pools.ts";
import type { Arrival, Receipt } from "./arrival.ts";
import { BYTEA, binaryArray, TEXT } from "./binary_array.ts";
import { borrow } from "./borrow.ts";
import { Unavailable } from "./unavailable.ts";

/** An answer for each arrival, in order: its receipt, or why it alone could not be stored. */
export type Staged = (Receipt | Error)[];

/**
 * Stages a batch in one durable statement. One bad row does not fail its neighbours: a batch refused for what it
 * holds is halved until that row stands alone. Throws Unavailable when the database is away, full, or silent for
 * `timeoutMs`; what was sent may then still be stored.
 */
export async function stageBatch(pool: Pool, batch: readonly Arrival[], timeoutMs: number): Promise<Staged> {
  try {
    return await borrow(pool, timeoutMs, (client) => bisect(client, batch));
  } catch (error) {
    throw new Unavailable("The captures could not be staged.", { cause: error });
  }
}

async function bisect(client: PoolClient, batch: readonly Arrival[]): Promise<Staged> {
  try {
    return await stageWithRetry(client, batch);
  } catch (error) {
    if (!(error instanceof Error) || !isAboutARow(error)) throw error;
    if (batch.length === 1) return [error];
  }
  const half = Math.ceil(batch.length / 2);
  const first = await bisect(client, batch.slice(0, half));
  return [...first, ...(await bisect(client, batch.slice(half)))];
}

async function stageWithRetry(client: PoolClient, batch: readonly Arrival[], trial = 1): Promise<Receipt[]> {
  try {
    return await stage(client, batch);
  } catch (error) {
    if (trial === 3 || isConnectionLoss(error) || !isRetryable(error)) throw error;
    return stageWithRetry(client, batch, trial + 1);
  }
}

async function stage(client: PoolClient, batch: readonly Arrival[]): Promise<Receipt[]> {
  const texts = (of: (arrival: Arrival) => string | null) => binaryArray(TEXT, batch.map(of));
  const { rows } = await client.query<StagedRow>({
    name: "stage_captures",
    text: STAGE,
    rowMode: "array",
    values: [
      batch.map((arrival) => arrival.pathId),
      texts((arrival) => arrival.idempotencyKey),
      binaryArray(
        BYTEA,
        batch.map((arrival) => arrival.body),
      ),
      texts((arrival) => arrival.contentType),
      texts((arrival) => arrival.traceId),
      batch.map((arrival) => arrival.isTest),
      batch.map((arrival) => arrival.id ?? null),
      texts((arrival) => (arrival.headers === undefined ? null : JSON.stringify(arrival.headers))),
      batch.map((arrival) => arrival.partOf ?? null),
    ],
  });
  if (rows.length !== batch.length) throw new Error("stage_captures did not answer every arrival.");
  return rows.map(([captureId, traceId, isNew, sameBody]) => ({ captureId, traceId, isNew, sameBody }));
}

type StagedRow = [captureId: string, traceId: string, isNew: boolean, sameBody: boolean];

const STAGE = `select capture_id, trace_id, is_new, same_body
  from app_private.stage_captures($1::int[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::boolean[],
         $7::uuid[], $8::text[], $9::uuid[])
 order by ordinal`;

/** Wrong values, broken constraints, limits of size. Everything else concerns the server and so every row. */
function isAboutARow(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && /^(21|22|23|54|P0)...$/.test(error.code);
}
