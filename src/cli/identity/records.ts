import { misused } from "../outcome.ts";
import type { ColumnMapping } from "./mapping_file.ts";
import { bad, readTable, type Table } from "./read_table.ts";

export type LabeledRecord = {
  /** Where it stands, as `people.csv:17`; no other record has the same. */
  place: string;
  /** Null: nobody else is known to be this person. */
  truth: string | null;
  /** By column, those alone that are mapped: what is staged. */
  row: Record<string, string>;
};

export type Truth = { column: string; pattern: RegExp | null };

/** The pattern's first group is what counts. */
export function truthOf(column: string, pattern: string | undefined): Truth {
  if (pattern === undefined) return { column, pattern: null };
  try {
    return { column, pattern: new RegExp(pattern, "u") };
  } catch (error) {
    throw misused(`--truth-pattern: ${error instanceof Error ? error.message : "cannot be read"}`);
  }
}

/** The rows of a table in their order. Refuses a column that is not there, and a truth that the pattern does not match. */
export async function readRecords(
  name: string,
  { mapping, truth, encoding }: { mapping: ColumnMapping; truth: Truth; encoding: string | undefined },
): Promise<LabeledRecord[]> {
  const table = await readTable(name, encoding);
  const wanted = [...new Set(mapping.flatMap(({ columns }) => columns))];
  const places = wanted.map((column) => ({ column, at: placeOf(table, column) }));
  const truthAt = placeOf(table, truth.column);
  return table.rows.map(({ line, cells }) => ({
    place: `${name}:${line}`,
    truth: personOf(table, line, truth, cells[truthAt] ?? ""),
    row: Object.fromEntries(places.map(({ column, at }) => [column, cells[at] ?? ""])),
  }));
}

function placeOf({ name, header }: Table, column: string): number {
  const at = header.indexOf(column.trim());
  if (at < 0) throw bad(name, 1, `there is no column "${column}". There are ${header.join(", ")}`);
  if (header.indexOf(column.trim(), at + 1) >= 0)
    throw bad(name, 1, `the column "${column}" stands there twice`);
  return at;
}

function personOf({ name }: Table, line: number, { column, pattern }: Truth, text: string): string | null {
  if (text === "" || pattern === null) return text || null;
  const match = pattern.exec(text);
  if (match === null)
    throw bad(name, line, `${column} is "${text}", and ${pattern.source} does not match it`);
  return match[1] ?? match[0];
}
