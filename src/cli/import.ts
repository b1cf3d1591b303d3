import { z } from "zod";
import { makeDrain } from "../pipeline/drain.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { makePool } from "../postgres/pools.ts";
import { configure } from "./configuration.ts";
import { attach } from "./find_running.ts";
import { type CapturePath, readPath, refuseForeignFile } from "./import/capture_path.ts";
import { openCheckpoint } from "./import/checkpoint.ts";
import { describeDryRun, dryRun } from "./import/dry_run.ts";
import { errorFileOf, reportErrors } from "./import/error_file.ts";
import { keepMemoryFlat } from "./import/flat_memory.ts";
import { openRows } from "./import/open_rows.ts";
import { makePace } from "./import/pace.ts";
import { describeResult, type ImportResult, readResult } from "./import/result.ts";
import type { RowFile } from "./import/row_file.ts";
import { settle } from "./import/settle.ts";
import { stageFile } from "./import/stage_file.ts";
import { EXIT, misused } from "./outcome.ts";
import { note, say, sayJson } from "./output.ts";
import { makeProgress } from "./progress.ts";

const Options = z.object({
  format: z.enum(["csv", "ndjson"]).optional(),
  encoding: z.string().optional(),
  dryRun: z.boolean().default(false),
  preview: z.coerce.number().int().min(0).max(1_000),
  errors: z.string().optional(),
  stageOnly: z.boolean().default(false),
  json: z.boolean().default(false),
});

type ImportOptions = z.infer<typeof Options>;

/**
 * Brings a file in through a capture path: one row, one arrival, by the same stages as any other. Interrupted
 * or repeated, it goes on where it was. Fails when a row was not stored or is still pending at the end.
 */
export async function importFile(slug: string, name: string, given: unknown): Promise<void> {
  const read = Options.safeParse(given);
  if (!read.success) throw misused("--preview takes a number from 0 to 1000.");
  const options = read.data;
  const config = configure();
  keepMemoryFlat();
  const { file, close } = await openRows(name, options);
  try {
    const { urls, stop } = await attach(config);
    try {
      const path = await readPath(urls, slug);
      refuseForeignFile(path, file);
      if (options.dryRun) await rehearse(path, file, options);
      else await bringIn(urls, path, file, options);
    } finally {
      await stop();
    }
  } finally {
    await close();
  }
}

async function rehearse(
  path: CapturePath,
  file: RowFile,
  { preview, errors, json }: ImportOptions,
): Promise<void> {
  const target = errors === undefined ? undefined : errorFileOf(file, errors);
  const run = await withProgress(file, (onBytes) => dryRun({ path, file, preview, errors: target, onBytes }));
  if (json) sayJson(run);
  else for (const line of describeDryRun(run)) say(line);
}

async function bringIn(
  urls: DatabaseUrls,
  path: CapturePath,
  file: RowFile,
  options: ImportOptions,
): Promise<void> {
  const errors = errorFileOf(file, options.errors);
  const checkpoint = await openCheckpoint(urls.worker, path.id, file.fingerprint);
  const pool = makePool(urls.worker, { max: 6, applicationName: "catchment import" });
  try {
    if (checkpoint.size > 0)
      note(`This import was cut short before: it goes on behind ${checkpoint.size} batches.`);
    const drain = makeDrain({ pool, log: note });
    const pace = options.stageOnly ? async () => {} : makePace(drain);
    const tally = await withProgress(file, async (onBytes, update) => {
      const onBatch = async ({ rows }: { rows: number }, stored: number) => {
        update(`${rows.toLocaleString("en-US")} rows`);
        await pace(stored);
      };
      const staged = await stageFile({ pool, path, file, checkpoint, onBytes, onBatch });
      if (!options.stageOnly) {
        const onPending = (pending: number) => update(`${pending.toLocaleString("en-US")} still pending`);
        await settle({ pool, drain, path, tally: staged, onPending });
      }
      return staged;
    });
    const report = await reportErrors(pool, path, file, errors);
    await checkpoint.finish();
    finish(await readResult(pool, path, file.name, tally, report), options);
  } finally {
    await Promise.all([pool.end(), checkpoint.close()]);
  }
}

function finish(result: ImportResult, { json, stageOnly }: ImportOptions): void {
  if (json) sayJson(result);
  else for (const line of describeResult(result)) say(line);
  if (result.failed > 0 || (result.pending > 0 && !stageOnly)) process.exitCode = EXIT.failed;
}

async function withProgress<Result>(
  file: RowFile,
  work: (onBytes: (count: number) => void, update: (doing: string) => void) => Promise<Result>,
): Promise<Result> {
  const progress = makeProgress(file.bytes);
  let read = 0;
  try {
    return await work(
      (count) => {
        read += count;
      },
      (doing) => progress.update(read, doing),
    );
  } finally {
    progress.stop();
  }
}
