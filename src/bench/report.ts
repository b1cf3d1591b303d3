import { readFile, writeFile } from "node:fs/promises";
import type { Machine } from "./machine.ts";
import { renderTable, type Section } from "./section.ts";

/** Markdown that is also read on a terminal. */
export function render(machine: Machine, sections: readonly Section[], mode: { isFull: boolean }): string {
  const facts = Object.entries(machine).map(([name, value]) => `${name}: ${value}`);
  return [
    `${mode.isFull ? "Full" : "Quick"} mode. Medians of the rounds, in brackets the least and the most.`,
    facts.join(" · "),
    ...sections.map(({ title, columns, rows, notes }) =>
      [`### ${title}`, renderTable(columns, rows), notes.map((note) => `- ${note}`).join("\n")].join("\n\n"),
    ),
  ].join("\n\n");
}

/** Replaces what stands between the markers of docs/benchmarks.md; the prose around them is written by hand. */
export async function writeInto(text: string, file = DOCUMENT): Promise<void> {
  const document = await readFile(file, "utf8");
  await writeFile(file, between(document, text));
}

export function between(document: string, text: string): string {
  const start = document.indexOf(START);
  const end = document.indexOf(END);
  if (start < 0 || end < start) throw new Error(`The document lacks ${START} or ${END}.`);
  return `${document.slice(0, start + START.length)}\n\n${text}\n\n${document.slice(end)}`;
}

const DOCUMENT = new URL("../../docs/benchmarks.md", import.meta.url);
const START = "<!-- bench:start -->";
const END = "<!-- bench:end -->";
