import { makeDrain } from "../pipeline/drain.ts";
import { makePool } from "../postgres/pools.ts";
import { configure } from "./configuration.ts";
import { attach } from "./find_running.ts";
import { readPath, refuseForeignHeader } from "./import/capture_path.ts";
import { type CsvFile, type CsvRow, openCsv } from "./import/csv_file.ts";
import { describeResult, type ImportResult, readResult } from "./import/result.ts";
import { onlyRetryable, settle } from "./import/settle.ts";
import { emptyTally, stageRows } from "./import/stage_rows.ts";
import { EXIT } from "./outcome.ts";
import { note, say, sayJson } from "./output.ts";
import { makeProgress } from "./progress.ts";

/**
 * Brings a CSV file in through a capture path: one row, one arrival, by the same stages as any other. Interrupted
 * or repeated, it goes on where it was. Fails when a row was refused or is still pending at the end.
 */
export async function importCsv(
  slug: string,
  file: string,
  { encoding, json }: { encoding: string; json?: true },
): Promise<void> {
  const config = configure();
  const csv = await openCsv(file, encoding);
  const { urls, stop } = await attach(config);
  try {
    const path = await readPath(urls, slug);
    refuseForeignHeader(path, csv.columns);
    const pools = {
      api: makePool(urls.api, { max: 1, applicationName: "catchment import" }),
      worker: makePool(urls.worker, { max: 4, applicationName: "catchment import" }),
    };
    try {
      const result = await bringIn({ file, csv, path, pools });
      if (json) sayJson(result);
      else for (const line of describeResult(result)) say(line);
      if (result.pending > 0 || result.failed > 0) process.exitCode = EXIT.failed;
    } finally {
      await Promise.all([pools.api.end(), pools.worker.end()]);
    }
  } finally {
    await stop();
  }
}

type Import = {
  file: string;
  csv: CsvFile;
  path: Parameters<typeof stageRows>[1];
  pools: Record<"api" | "worker", Parameters<typeof stageRows>[0]>;
};

async function bringIn({ file, csv, path, pools }: Import): Promise<ImportResult> {
  const drain = makeDrain({ pool: pools.worker, log: note });
  const tally = emptyTally();
  const progress = makeProgress(csv.bytes);
  let read = 0;
  let draining: Promise<unknown> = Promise.resolve();
  try {
    const rows = csv.rows((count) => {
      read += count;
    });
    for await (const batch of batchesOf(rows)) {
      await stageRows(pools.api, path, batch, tally);
      // The stages keep step: two batches of work are under way at most, however long the file is.
      await draining;
      draining = drain.batch().catch(onlyRetryable);
      draining.catch(() => {}); // awaited in the next round
      progress.update(read, `${tally.rows.toLocaleString("en-US")} rows`);
    }
    await draining;
    const onPending = (pending: number) => progress.update(csv.bytes, `${pending} still pending`);
    await settle({ pool: pools.worker, drain, path, tally, onPending });
  } finally {
    progress.stop();
  }
  return readResult(pools.worker, path, file, tally);
}

async function* batchesOf(rows: AsyncIterable<CsvRow>): AsyncGenerator<CsvRow[]> {
  let batch: CsvRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const BATCH_ROWS = 500;
