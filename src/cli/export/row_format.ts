export type Column = { name: string; type: string };

/** How rows become text. `value` is an SQL expression whose result, as text, is one cell. */
export type RowFormat = {
  header: (columns: Column[]) => string;
  /** What the database shall answer for a row: one text a cell. */
  cells: (columns: Column[]) => string[];
  row: (cells: (string | null)[], columns: Column[]) => string;
};

/** A row is the object that PostgreSQL makes of it: numbers exact, instants in UTC, all columns, nulls too. */
export const ndjsonFormat: RowFormat = {
  header: () => "",
  cells: () => ["row_to_json(listed)::text"],
  row: ([json]) => `${json ?? "null"}\n`,
};

/**
 * RFC 4180 in UTF-8. A cell of text that a spreadsheet would run as a formula gets an apostrophe in front of it, unless
 * `isRaw`; numbers stay numbers, those with a sign too. Instants are ISO 8601 in UTC, an absent value is empty.
 */
export function csvFormat({ isRaw }: { isRaw: boolean }): RowFormat {
  const cell = (text: string | null) => quote(isRaw ? (text ?? "") : defuse(text ?? ""));
  return {
    header: (columns) => `${columns.map(({ name }) => quote(name)).join(",")}\r\n`,
    cells: (columns) => columns.map(textOf),
    row: (cells) => `${cells.map(cell).join(",")}\r\n`,
  };
}

function textOf({ name, type }: Column): string {
  const place = `listed."${name}"`;
  if (type !== "timestamp with time zone") return `${place}::text`;
  return `to_char(${place} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/**
 * A spreadsheet whose lists are separated by semicolons or tabs splits there, quoted or not, and begins a row at every
 * line end: what follows them begins a cell as well.
 */
export function defuse(text: string): string {
  const safe = text.replaceAll(FORMULA, (found: string, before: string, cell: string) =>
    NUMBER.test(cell) ? found : `${before}'${cell}`,
  );
  return /^[\t\r\n]/.test(text) ? `'${safe}` : safe;
}

const FORMULA = /(^|[;\t\r\n]"*)([=+\-@＝＋－＠][^;\t\r\n]*)/g;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
