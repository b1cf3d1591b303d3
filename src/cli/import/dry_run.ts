import { randomUUID } from "node:crypto";
import { NORMALIZED_FIELDS } from "../../contracts/fields.ts";
import { nameOfViolation } from "../../contracts/violation.ts";
import type { Attributes } from "../../normalize/attributes.ts";
import { type ClaimedCapture, type Judgement, judge } from "../../pipeline/judge.ts";
import { table } from "../output.ts";
import { CONTENT_TYPE, makeArrivalsOf, type RowArrival } from "./arrivals.ts";
import type { CapturePath } from "./capture_path.ts";
import { type ErrorReport, makeErrorWriter, tooLarge } from "./error_file.ts";
import { makeReasons, reasonLines } from "./reasons.ts";
import type { RowFile } from "./row_file.ts";

export type DryRun = {
  path: string;
  file: string;
  format: string;
  /** Columns of the file by field of the contract; null: no such column. */
  mapping: { field: string; from: string; isThere: boolean }[];
  unmapped: string[];
  preview: { row: number; attributes: Attributes | null; refused: string | null }[];
  rows: number;
  accepted: number;
  refused: number;
  /** Neither: what the path's protocol knows as another thing than a lead. */
  other: number;
  errors: ErrorReport;
};

/** Takes every row through contract and normalization as the pipeline would, and stores nothing. */
export async function dryRun(options: {
  path: CapturePath;
  file: RowFile;
  preview: number;
  errors: string | undefined;
  onBytes: (count: number) => void;
}): Promise<DryRun> {
  const { path, file, preview, errors, onBytes } = options;
  const arrivalsOf = makeArrivalsOf(path);
  const reasons = makeReasons();
  const writer = makeErrorWriter(file, errors);
  const result = { rows: 0, accepted: 0, refused: 0, other: 0 };
  const shown: DryRun["preview"] = [];
  for await (const rows of file.rows(onBytes)) {
    for (const row of rows) {
      const judgements = judgeRow(path, arrivalsOf(row));
      const refusal = judgements.find((judgement) => "violations" in judgement);
      const accepted = judgements.find((judgement) => "attributes" in judgement);
      result.rows += 1;
      if (refusal !== undefined) {
        result.refused += 1;
        reasons.add(row.number, refusal.violations);
        await writer.write(row, refusal.violations);
      } else if (accepted !== undefined) result.accepted += 1;
      else result.other += 1;
      if (shown.length >= preview) continue;
      const why = refusal === undefined ? null : refusal.violations.map(nameOfViolation);
      shown.push({
        row: row.number,
        attributes: accepted?.attributes ?? null,
        refused: why === null ? null : [...(row.fault === undefined ? [] : [row.fault]), ...why].join("; "),
      });
    }
  }
  return {
    path: path.slug,
    file: file.name,
    format: file.description,
    ...mappingOf(path, file),
    preview: shown,
    ...result,
    errors: { ...(await writer.close()), reasons: reasons.list() },
  };
}

function judgeRow(path: CapturePath, arrivals: RowArrival[]): Judgement[] {
  if (arrivals.length === 0) return [{ id: "", kind: "contract_violation", violations: tooLarge(path) }];
  return arrivals.map(({ body }) => judge(captureOf(path, Buffer.from(body)), path.published));
}

function captureOf(path: CapturePath, body: Buffer): ClaimedCapture {
  return {
    id: randomUUID(),
    path_slug: path.slug,
    protocol: path.protocol,
    contract_id: path.contractId,
    content_type: CONTENT_TYPE,
    headers: null,
    body,
    part_of: null,
    fetched: null,
    corrections: null,
    released_at: null,
    received_at: new Date(),
    default_country: path.country,
    time_zone: path.timeZone,
  };
}

function mappingOf(path: CapturePath, { columns }: RowFile): Pick<DryRun, "mapping" | "unmapped"> {
  const mapping = path.mapping.flatMap(({ field, places, constant }) => [
    ...places.map((steps) => ({
      field,
      from: steps.join("/"),
      isThere: columns === undefined || columns.includes(steps[0] ?? ""),
    })),
    ...(constant === undefined ? [] : [{ field, from: `always ${JSON.stringify(constant)}`, isThere: true }]),
  ]);
  const used = new Set(path.mapping.flatMap(({ places }) => places.map(([first]) => first)));
  mapping.sort((left, right) => order(left.field) - order(right.field));
  return { mapping, unmapped: (columns ?? []).filter((column) => !used.has(column)) };
}

const FIELDS: readonly string[] = NORMALIZED_FIELDS;

function order(field: string): number {
  return FIELDS.indexOf(field);
}

export function describeDryRun(run: DryRun): string[] {
  const { mapping, unmapped, preview, errors } = run;
  return [
    `${run.file} into ${run.path}: a dry run, nothing was stored`,
    run.format,
    "Fields and where they come from",
    ...table(
      mapping.map(({ field, from, isThere }) => [
        `  ${field}`,
        isThere ? from : `${from} (not in this file)`,
      ]),
    ),
    ...(unmapped.length > 0 ? [`  kept, not mapped: ${unmapped.slice(0, 50).join(", ")}`] : []),
    ...(preview.length > 0 ? ["The first rows as they would be"] : []),
    ...preview.map(({ row, attributes, refused }) =>
      attributes === null
        ? `  ${row}: refused: ${refused ?? "no lead"}`
        : `  ${row}: ${JSON.stringify(attributes)}`,
    ),
    "All rows",
    ...table([
      ["  rows", run.rows],
      ["  accepted", run.accepted],
      ["  refused", run.refused],
      ...(run.other > 0 ? [["  not leads", run.other]] : []),
    ]),
    ...(errors.reasons.length > 0 ? ["Refused because of"] : []),
    ...reasonLines(errors.reasons),
    ...(errors.file === null ? [] : [`The refused rows stand in ${errors.file}.`]),
  ];
}
