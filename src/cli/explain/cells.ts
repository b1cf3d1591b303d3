type Row = Record<string, unknown>;

/** Cells of a table on a terminal. What people sent must not move the cursor: control characters are spelled out. */
export function cellsOf(rows: readonly Row[], columns: readonly string[]): string[][] {
  return rows.map((row) => columns.map((column) => cellOf(row[column])));
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const CONTROL = /[\p{Cc}\p{Bidi_Control}]/gu;

/** The rows of an answer that is one flat list, and null for any other: it is shown as it is. */
export function rowsOf(data: unknown): { columns: string[]; rows: Row[] } | null {
  if (!isRow(data)) return null;
  const [list, ...others] = Object.values(data);
  if (others.length > 0 || !isRow(list) || Object.keys(list).join() !== "nodes" || !Array.isArray(list.nodes))
    return null;
  const rows = list.nodes.filter(isRow);
  const isFlat = rows.every((row) =>
    Object.values(row).every((value) => typeof value !== "object" || value === null),
  );
  const [first] = rows;
  return isFlat && first !== undefined && rows.length === list.nodes.length
    ? { columns: Object.keys(first), rows }
    : null;
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
