import { readFile } from "node:fs/promises";
import { z } from "zod";
import { appendLines } from "../postgres/append_lines.ts";

/** One erasure: ids and an instant, nothing personal. A line of the ledger is this as JSON. */
export const LedgerEntry = z.object({
  id: z.uuid(),
  leadId: z.uuid().nullable(),
  leadIds: z.array(z.uuid()),
  captureIds: z.array(z.uuid()),
  cause: z.enum(["request", "retention"]),
  erasedAt: z.iso.datetime({ offset: true }),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** Adds lines at the end and answers when they are on disk. */
export async function appendToLedger(file: string, entries: readonly LedgerEntry[]): Promise<void> {
  await appendLines(
    file,
    entries.map((entry) => JSON.stringify(entry)),
  );
}

/** `unreadable`: numbers of lines that are no entry. After a crash one may be there; its entry stands in another line. */
export async function readLedger(file: string): Promise<{ entries: LedgerEntry[]; unreadable: number[] }> {
  const entries: LedgerEntry[] = [];
  const unreadable: number[] = [];
  for (const [at, line] of (await readFile(file, "utf8")).split("\n").entries()) {
    if (line.trim() === "") continue;
    const entry = entryOf(line);
    if (entry === null) unreadable.push(at + 1);
    else entries.push(entry);
  }
  return { entries, unreadable };
}

function entryOf(line: string): LedgerEntry | null {
  try {
    return LedgerEntry.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
