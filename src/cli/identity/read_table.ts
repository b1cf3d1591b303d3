import { guessDialect } from "../import/csv_file.ts";
import { openSource } from "../import/source_file.ts";
import { EndlessRecord, makeCsvSplitter } from "../import/split_csv.ts";
import { CommandError, EXIT } from "../outcome.ts";

export type Table = {
  name: string;
  /** Trimmed; empty where a column has no name, as that of the row numbers often has. */
  header: string[];
  rows: { line: number; cells: string[] }[];
};

/** A whole CSV file, its cells trimmed and what stands for nothing emptied. Refuses a row that is no row of it. */
export async function readTable(name: string, encoding?: string): Promise<Table> {
  const source = await openSource(name, encoding);
  const table: Table = { name, header: [], rows: [] };
  const split = makeCsvSplitter(guessDialect(source.beginning));
  let line = 1;
  const take = (text: string, isLast: boolean) => {
    for (const { raw, cells } of split(text, isLast)) {
      if (raw !== "") addRow(table, line, cells);
      line += 1 + (raw.match(/\n/g)?.length ?? 0);
    }
  };
  try {
    for await (const text of source.text()) take(text, false);
    take("", true);
  } catch (error) {
    if (error instanceof EndlessRecord) throw bad(name, line, "this row does not end: this is no table");
    throw error;
  } finally {
    await source.close();
  }
  if (table.header.length === 0) throw new CommandError(EXIT.failed, `${name} is empty.`);
  return table;
}

export function bad(name: string, line: number, message: string): CommandError {
  return new CommandError(EXIT.failed, `${name}:${line}: ${message}`);
}

function addRow(table: Table, line: number, cells: string[] | null): void {
  if (cells === null)
    throw bad(table.name, line, "a quote is not closed, or is closed in the middle of a cell");
  const own = cells.map(contentOf);
  const { length } = table.header;
  if (length === 0) {
    table.header.push(...own);
    return;
  }
  if (own.length < length || own.slice(length).some((cell) => cell !== ""))
    throw bad(table.name, line, `has ${own.length} cells where the header has ${length}`);
  table.rows.push({ line, cells: own });
}

/** Quotes are left over where a blank stands before them. Statistics programs write a word for what is missing. */
function contentOf(cell: string): string {
  const text = cell.trim().replace(/^"(.*)"$/s, (_, inner: string) => inner.replaceAll('""', '"').trim());
  return NOTHING.has(text) ? "" : text;
}

const NOTHING = new Set(["NA", "N/A", "NaN", "nan", "NULL", "null", "None", "\\N"]);
