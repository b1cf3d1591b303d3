import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Pool } from "pg";
import type { Arrival, Receipt } from "../../capture/arrival.ts";
import { stageBatch } from "../../capture/stage_batch.ts";
import { newTraceId } from "../../capture/trace.ts";
import { Unavailable } from "../../capture/unavailable.ts";
import { mapFields } from "../../contracts/mapping.ts";
import type { CapturePath } from "./capture_path.ts";
import type { CsvRow } from "./csv_file.ts";

export type Tally = {
  rows: number;
  /** Captures that were not there before. */
  stored: number;
  /** Rows that were there already, from this file or an earlier import. */
  known: number;
  /** Rows that the database refused; counted, not lost: they are in the file. */
  failed: number;
  /** Bounds of what this import touched; ids are in the order of their time. */
  firstId: string | null;
  lastId: string | null;
};

export function emptyTally(): Tally {
  return { rows: 0, stored: 0, known: 0, failed: 0, firstId: null, lastId: null };
}

/**
 * Stages rows under keys made of their content, so that a second import adds nothing. A row whose external id is
 * known with other content is one more arrival about it, under a key of its own.
 */
export async function stageRows(pool: Pool, path: CapturePath, rows: CsvRow[], tally: Tally): Promise<void> {
  const arrivals = rows.map((row) => arrivalOf(path, row));
  const changed: Arrival[] = [];
  for (const [position, answer] of (await stagePatiently(pool, arrivals)).entries()) {
    const arrival = arrivals[position];
    if (arrival !== undefined && !(answer instanceof Error) && !answer.sameBody) {
      changed.push({ ...arrival, idempotencyKey: hashOf(arrival.body) });
    } else count(tally, answer);
  }
  if (changed.length > 0) for (const answer of await stagePatiently(pool, changed)) count(tally, answer);
  tally.rows += rows.length;
}

function count(tally: Tally, answer: Receipt | Error): void {
  if (answer instanceof Error) {
    tally.failed += 1;
    return;
  }
  if (answer.isNew) tally.stored += 1;
  else tally.known += 1;
  const { captureId } = answer;
  if (tally.firstId === null || captureId < tally.firstId) tally.firstId = captureId;
  if (tally.lastId === null || captureId > tally.lastId) tally.lastId = captureId;
}

function arrivalOf(path: CapturePath, row: CsvRow): Arrival {
  const body = Buffer.from(JSON.stringify(row));
  return {
    pathId: path.id,
    idempotencyKey: externalIdOf(path, row) ?? hashOf(body),
    body,
    contentType: "application/json",
    traceId: newTraceId(),
    isTest: false,
  };
}

/** Null when the contract maps none, the row has none, or it could not be a key. */
function externalIdOf({ mapping }: CapturePath, row: CsvRow): string | null {
  const mapped = mapFields(
    mapping.filter(({ field }) => field === "external_id"),
    row,
  );
  const id = mapped.ok ? mapped.fields.external_id?.trim() : undefined;
  return id !== undefined && /^[\x20-\x7e]{1,255}$/.test(id) ? id : null;
}

function hashOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

/** The same keys again are safe: what was stored without our hearing of it is known then. */
async function stagePatiently(pool: Pool, arrivals: Arrival[]): Promise<(Receipt | Error)[]> {
  for (let trial = 1; ; trial += 1) {
    try {
      return await stageBatch(pool, arrivals, 30_000);
    } catch (error) {
      if (!(error instanceof Unavailable) || trial === TRIALS) throw error;
      await pause(500 * trial);
    }
  }
}

const TRIALS = 8;
