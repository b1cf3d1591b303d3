import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { errorCode } from "../postgres/connect.ts";

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

/** Adds lines at the end, in one write, and answers when they are on disk. Several processes of a host may do so. */
export async function appendToLedger(file: string, entries: readonly LedgerEntry[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, "a+", 0o600);
  try {
    // What a crash left half written keeps its line to itself.
    const start = (await endsInsideALine(handle)) ? "\n" : "";
    await handle.appendFile(start + entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(file));
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

async function endsInsideALine(handle: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== "\n";
}

/** A file that was just made is there after a power cut only when its folder says so. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch((error: unknown) => {
    if (["EISDIR", "EPERM", "EACCES"].includes(errorCode(error))) return null; // systems that open no folders
    throw error;
  });
  await handle?.sync().finally(() => handle.close());
}
