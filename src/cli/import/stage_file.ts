import type { Pool } from "pg";
import { makeArrivalsOf, type RowArrival } from "./arrivals.ts";
import type { CapturePath } from "./capture_path.ts";
import type { BatchResult, Checkpoint } from "./checkpoint.ts";
import type { FileRow, RowFile } from "./row_file.ts";
import { stageBatch } from "./stage_batch.ts";

export type Tally = {
  rows: number;
  /** Captures that were not there before this import. */
  stored: number;
  /** Arrivals that were there already, from this file or an earlier import. */
  known: number;
  /** Rows too large for the path, and arrivals that the database refused; they are in the file of errors. */
  failed: number;
  /** Rows that an earlier run, which was cut short, had stored. */
  resumed: number;
  /** Bounds of what this import touched; ids are in the order of their time. */
  firstId: string | null;
  lastId: string | null;
};

export type Staging = {
  pool: Pool;
  path: CapturePath;
  file: RowFile;
  checkpoint: Checkpoint;
  onBytes: (count: number) => void;
  /** Waited for before the next batch is begun. */
  onBatch: (tally: Tally, stored: number) => Promise<void>;
};

/** Stages the rows of a file, two batches at a time, in constant memory. What an earlier run stored is only counted. */
export async function stageFile(staging: Staging): Promise<Tally> {
  const { pool, path, file, checkpoint, onBytes, onBatch } = staging;
  const tally: Tally = { rows: 0, stored: 0, known: 0, failed: 0, resumed: 0, firstId: null, lastId: null };
  const underWay = new Set<Promise<void>>();

  const stage = async ({ place, rows, tooLarge, arrivals }: Batch) => {
    const known = checkpoint.find(place);
    const { done, failed } =
      known !== undefined || arrivals.length === 0
        ? { done: known === undefined ? [] : [known], failed: 0 }
        : await stageBatch(pool, checkpoint.importId, place, arrivals);
    for (const result of done) count(tally, result);
    tally.failed += failed + tooLarge;
    tally.rows += rows;
    if (known !== undefined) tally.resumed += rows;
    else await onBatch(tally, sum(done.map(({ stored }) => stored)));
  };

  for await (const batch of batchesOf(file.rows(onBytes), makeArrivalsOf(path))) {
    const staged = stage(batch);
    underWay.add(staged);
    staged.then(
      () => underWay.delete(staged),
      () => {}, // it stays among those under way, and is thrown below
    );
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return tally;
}

const AT_ONCE = 2;

/** `place` is the number of its first row. */
type Batch = { place: string; rows: number; tooLarge: number; arrivals: RowArrival[] };

/**
 * Cut by what stands in the file alone, so that a second run cuts it in the same places. A row is let go as soon as its
 * arrival is made: thousands of them with their cells would fill the memory between two collections.
 */
async function* batchesOf(
  pieces: AsyncIterable<FileRow[]>,
  arrivalsOf: (row: FileRow) => RowArrival[],
): AsyncGenerator<Batch> {
  let batch: Batch = { place: "", rows: 0, tooLarge: 0, arrivals: [] };
  let size = 0;
  for await (const rows of pieces) {
    for (const row of rows) {
      if (batch.rows === 0) batch.place = String(row.number);
      const arrivals = arrivalsOf(row);
      batch.rows += 1;
      batch.tooLarge += arrivals.length === 0 ? 1 : 0;
      batch.arrivals.push(...arrivals);
      size += row.raw.length;
      if (batch.rows < BATCH_ROWS && size < BATCH_CHARACTERS) continue;
      yield batch;
      batch = { place: "", rows: 0, tooLarge: 0, arrivals: [] };
      size = 0;
    }
  }
  if (batch.rows > 0) yield batch;
}

const BATCH_ROWS = 2_000;
const BATCH_CHARACTERS = 4 * 1024 * 1024;

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function count(
  tally: Tally,
  { arrivals, stored, first_capture_id: first, last_capture_id: last }: BatchResult,
) {
  tally.stored += stored;
  tally.known += arrivals - stored;
  if (first !== null && (tally.firstId === null || first < tally.firstId)) tally.firstId = first;
  if (last !== null && (tally.lastId === null || last > tally.lastId)) tally.lastId = last;
}
