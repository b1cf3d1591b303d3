import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Pool } from "pg";
import { BYTEA, binaryArray, TEXT } from "../../capture/binary_array.ts";
import type { Violation } from "../../contracts/violation.ts";
import { misused } from "../outcome.ts";
import { makeArrivalsOf } from "./arrivals.ts";
import type { CapturePath } from "./capture_path.ts";
import { describeViolations, makeReasons, type Reason } from "./reasons.ts";
import type { FileRow, RowFile } from "./row_file.ts";

export type ErrorReport = { file: string | null; rows: number; reasons: Reason[] };

/** Undefined: nowhere, because the rows came from standard input and nobody named a file. */
export function errorFileOf(file: RowFile, asked: string | undefined): string | undefined {
  if (asked === file.name) throw misused("The file of errors must not be the file itself.");
  return asked ?? (file.name === "-" ? undefined : `${file.name}.errors.${file.errors.extension}`);
}

/**
 * Reads the file once more and writes down its rows that are in quarantine or are not stored, as they stand, with
 * their numbers and reasons. Asks the database by the rows' keys, so it knows those of earlier imports too.
 */
export async function reportErrors(
  pool: Pool,
  path: CapturePath,
  file: RowFile,
  target: string | undefined,
): Promise<ErrorReport> {
  const reasons = makeReasons();
  const writer = makeErrorWriter(file, target);
  // A piece of a file is a hundred kilobytes: some hundred rows, or one.
  for await (const rows of file.rows()) {
    for (const { row, violations } of await findRefused(pool, path, rows)) {
      reasons.add(row.number, violations);
      await writer.write(row, violations);
    }
  }
  return { ...(await writer.close()), reasons: reasons.list() };
}

/** Makes the file with its first row; without any, none is made. */
export function makeErrorWriter(file: RowFile, target: string | undefined) {
  let stream: WriteStream | null = null;
  let rows = 0;
  const write = async (row: FileRow, violations: unknown) => {
    rows += 1;
    if (target === undefined) return;
    if (stream === null) {
      stream = createWriteStream(target, { mode: 0o600 });
      // Spreadsheets take a file without the mark for the code page of the machine.
      if (file.errors.header !== "") stream.write(`\uFEFF${file.errors.header}\r\n`);
    }
    const reasons = [row.fault, describeViolations(violations)]
      .filter((part) => part !== undefined)
      .join("; ");
    const isRoomy = stream.write(
      `${file.errors.line(row, reasons)}${file.errors.header === "" ? "\n" : "\r\n"}`,
    );
    if (!isRoomy) await once(stream, "drain");
  };
  const close = async () => {
    if (stream === null) return { file: null, rows };
    stream.end();
    await finished(stream);
    return { file: target ?? null, rows };
  };
  return { write, close };
}

type RefusedRow = { row: FileRow; violations: unknown };

async function findRefused(pool: Pool, path: CapturePath, rows: FileRow[]): Promise<RefusedRow[]> {
  const arrivalsOf = makeArrivalsOf(path);
  const perRow = rows.map(arrivalsOf);
  const sent = perRow.flatMap((arrivals, position) => arrivals.map((arrival) => ({ ...arrival, position })));
  const found = await pool.query<{ ordinal: string; status: string | null; violations: unknown }>(FIND, [
    path.id,
    binaryArray(
      TEXT,
      sent.map(({ key }) => key),
    ),
    binaryArray(
      BYTEA,
      sent.map(({ body }) => body),
    ),
  ]);
  const refusals = new Map<number, unknown>();
  for (const { ordinal, status, violations } of found.rows) {
    const position = sent[Number(ordinal) - 1]?.position ?? -1;
    if (status === null) refusals.set(position, NOT_STORED);
    else if (status === "quarantined" || status === "error") refusals.set(position, violations);
  }
  return rows.flatMap((row, position) => {
    if (perRow[position]?.length === 0) return [{ row, violations: tooLarge(path) }];
    return refusals.has(position) ? [{ row, violations: refusals.get(position) }] : [];
  });
}

/** A row stands under its key, or under its content when another row with that key came before. */
const FIND = `select sent.ordinal, captures.status, captures.violations
  from unnest($2::text[], $3::bytea[]) with ordinality as sent (key, body, ordinal)
  left join lateral (
    select capture_keys.capture_id from app_private.capture_keys
     where capture_keys.path_id = $1 and capture_keys.body_hash = sha256(sent.body)
       and capture_keys.idempotency_key in (sent.key, encode(sha256(sent.body), 'hex'))
     limit 1
  ) as keys on true
  left join app_public.captures on captures.id = keys.capture_id
 where keys.capture_id is null or captures.status in ('quarantined', 'error')`;

const NOT_STORED = [{ kind: "not stored", path: "", message: "the database refused it" }];

export function tooLarge({ maxBodyBytes, slug }: CapturePath): Violation[] {
  const message = `is larger than the ${maxBodyBytes.toLocaleString("en-US")} bytes that ${slug} takes`;
  return [{ kind: "extra", path: "", message }];
}
