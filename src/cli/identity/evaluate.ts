import { normalizeCountry } from "../../normalize/country.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";
import { makeProgress } from "../progress.ts";
import { catchStopSignals } from "../stop_signals.ts";
import { evaluateRecords } from "./evaluate_records.ts";
import { readMapping } from "./mapping_file.ts";
import { type Measures, measure } from "./measures.ts";
import { type LabeledRecord, readRecords, truthOf } from "./records.ts";
import { writeWrongPairs } from "./wrong_pairs.ts";

export type EvaluateOptions = {
  mapping: string;
  truth: string;
  truthPattern?: string;
  batch: string;
  country?: string;
  encoding?: string;
  errors?: string;
  model?: "trained" | "shipped";
  json?: true;
};

export type Evaluation = Measures & { doubtful: number; seconds: number };

/**
 * Resolves people that are known in a database made for this and removed after it, and tells how well. Nothing else
 * is read or changed. Fails, before anything is started, on a file or a mapping that does not fit.
 */
export async function evaluate(files: readonly string[], options: EvaluateOptions): Promise<void> {
  const batchSize = Number(options.batch);
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 10_000)
    throw misused(`--batch ${options.batch} is not a whole number from 1 to 10000.`);
  const country = options.country ?? null;
  if (country !== null && normalizeCountry(country) !== country)
    throw misused(
      `--country ${country} is not a country of two capital letters that leads say, as DE or GB.`,
    );
  const mapping = await readMapping(options.mapping);
  const truth = truthOf(options.truth, options.truthPattern);
  const records: LabeledRecord[] = [];
  for (const [number, file] of files.entries()) {
    if (files.indexOf(file) < number) throw misused(`${file} is named twice.`);
    records.push(...(await readRecords(file, { mapping, truth, encoding: options.encoding })));
  }

  const signals = catchStopSignals(() => process.exit(EXIT.failed));
  const progress = makeProgress(records.length);
  const resolved = await evaluateRecords(records, {
    mapping,
    country,
    batchSize,
    model: options.model ?? "trained",
    isStopped: signals.isAsked,
    onDone: (done) => progress.update(done, `${done} of ${records.length} resolved`),
  }).finally(progress.stop);
  if (!resolved.isWhole) throw new CommandError(EXIT.failed, "Stopped: nothing was measured.");
  if (resolved.refused > 0) note(`${resolved.refused} rows were refused. Each counts as a lead of its own.`);
  const { leads } = resolved;
  if (options.errors !== undefined) await writeWrongPairs(options.errors, records, leads);
  const placed = records.map((record, position) => ({ truth: record.truth, lead: leads[position] ?? "" }));
  const { doubtful, seconds } = resolved;
  const evaluation = { ...measure(placed), doubtful, seconds: Math.round(seconds * 100) / 100 };
  if (options.json) sayJson(evaluation);
  else for (const line of describe(evaluation)) say(line);
}

function describe(evaluation: Evaluation): string[] {
  const { records, truePairs, foundPairs, precision, recall, f1, clusterF1, doubtful, seconds } = evaluation;
  return table([
    ["records", count(records), ""],
    ["pairs that are one person", count(truePairs), ""],
    ["pairs that were found", count(foundPairs), ""],
    ["precision", precision.toFixed(4), "of the pairs found are right"],
    ["recall", recall.toFixed(4), "of the pairs that are one person were found"],
    ["F1", f1.toFixed(4), "both"],
    ["cluster F1", clusterF1.toFixed(4), "people whose lead holds all of theirs and nothing else"],
    ["doubtful", count(doubtful), "cases left to people"],
    ["seconds", seconds.toFixed(1), ""],
  ]);
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}
