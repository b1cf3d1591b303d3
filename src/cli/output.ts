/** Results go to standard output, everything said along the way to standard error: a result can be piped. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function sayJson(result: unknown): void {
  say(JSON.stringify(result, null, 2));
}

/** Columns as wide as their widest cell, numbers to the right, two blanks between. */
export function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const shown = rows.map((row) => row.map(cell));
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.max(...shown.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((value, column) => pad(value, widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function pad(value: string | number, width: number): string {
  return typeof value === "number" ? cell(value).padStart(width) : value.padEnd(width);
}

function cell(value: string | number): string {
  return typeof value === "number" ? value.toLocaleString("en-US") : value;
}
