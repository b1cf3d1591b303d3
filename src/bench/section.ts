import type { Spread } from "./statistics.ts";

/** What one benchmark found: a table for people, claims that were checked, and everything as data. */
export type Section = {
  title: string;
  columns: string[];
  rows: string[][];
  /** Ratios and what was proven before the times counted. One sentence each. */
  notes: string[];
  data: object;
};

export type Mode = { isFull: boolean; log: (line: string) => void };

/** A rate: whole numbers. */
export function rate(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en-US") : "–";
}

export function rates({ median, min, max }: Spread): string {
  return `${rate(median)} (${rate(min)}–${rate(max)})`;
}

export function milliseconds({ median, min, max }: Spread): string {
  return `${median.toFixed(1)} (${min.toFixed(1)}–${max.toFixed(1)})`;
}

export function times({ median, min, max }: Spread): string {
  return `${median.toFixed(1)}× (${min.toFixed(1)}–${max.toFixed(1)})`;
}

/** CPU seconds for a thousand; null where the system does not tell. */
export function perThousand(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "–";
  return ((known.reduce((sum, value) => sum + value, 0) / known.length) * 1_000).toFixed(2);
}

/** Columns aligned, so that the same text reads well on a terminal and in Markdown. */
export function renderTable(columns: readonly string[], rows: readonly string[][]): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, index) => (cells[index] ?? "").padEnd(width)).join(" | ")} |`;
  return [
    line(columns),
    `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`,
    ...rows.map(line),
  ].join("\n");
}
