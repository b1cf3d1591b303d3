import type { Pool } from "pg";
import { z } from "zod";
import { normalizeCompanyDomain } from "../../normalize/company.ts";
import { openRows } from "../import/open_rows.ts";
import type { FileRow, RowFile } from "../import/row_file.ts";
import { EXIT, misused } from "../outcome.ts";
import { note, say, sayJson } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";

type Fault = { row: number; fault: string };
type Imported = { rows: number; faults: Fault[] };

/** Cells that are empty say nothing: what they would be stays as it was. */
const Cell = z
  .string()
  .nullish()
  .transform((text) => text?.trim() || undefined);

const Account = z.object({ territory: Cell, domain: Cell, name: Cell, owner: Cell, status: Cell });

/** Brings a list of companies in. Rows that cannot be taken are named and left out; then the command fails. */
export async function importAccounts(
  name: string,
  options: { encoding?: string; json?: true },
): Promise<void> {
  const { file, close } = await openRows(name, options);
  try {
    if (file.columns !== undefined) refuseOtherColumns(file.columns);
    const imported = await withWorkerPool("accounts", (pool) => bringIn(pool, file));
    if (options.json) sayJson(imported);
    else {
      for (const { row, fault } of imported.faults) note(`${file.name}:${row}: ${fault}`);
      say(`${imported.rows - imported.faults.length} of ${imported.rows} rows taken.`);
    }
    if (imported.faults.length > 0) process.exitCode = EXIT.failed;
  } finally {
    await close();
  }
}

const KNOWN = Object.keys(Account.shape);

function refuseOtherColumns(columns: readonly string[]): void {
  const unknown = columns.filter((column) => !KNOWN.includes(column));
  const missing = ["territory", "domain"].filter((column) => !columns.includes(column));
  if (missing.length > 0) throw misused(`The file has no column ${missing.join(" and ")}.`);
  if (unknown.length > 0) {
    throw misused(`Column ${unknown.join(", ")} is not known here; known are ${KNOWN.join(", ")}.`);
  }
}

async function bringIn(pool: Pool, file: RowFile): Promise<Imported> {
  const imported: Imported = { rows: 0, faults: [] };
  for await (const rows of file.rows()) {
    const read = rows.map(readRow);
    const accounts = read.filter((row) => !("fault" in row));
    const { rows: faults } = await pool.query<Fault>("select * from app_private.import_accounts($1, now())", [
      JSON.stringify(accounts),
    ]);
    imported.rows += rows.length;
    imported.faults.push(...read.filter((row) => "fault" in row), ...faults);
  }
  imported.faults.sort((one, other) => one.row - other.row);
  return imported;
}

function readRow({ number: row, body, fault }: FileRow): Fault | (z.infer<typeof Account> & { row: number }) {
  if (fault !== undefined) return { row, fault };
  const read = Account.safeParse(jsonOf(body()));
  if (!read.success) return { row, fault: "is no object of texts" };
  const { domain } = read.data;
  const known = domain === undefined ? undefined : normalizeCompanyDomain(domain);
  if (domain !== undefined && known === undefined)
    return { row, fault: `"${domain}" is no domain of a company` };
  return { ...read.data, domain: known, row };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
