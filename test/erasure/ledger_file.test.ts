import { randomUUID } from "node:crypto";
import { appendFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appendToLedger, type LedgerEntry, readLedger } from "../../src/erasure/ledger_file.ts";
import { temporaryFolder } from "../support/folder.ts";

test("entries come back as they were written, in order, and nobody else may read them", async () => {
  const file = join(await temporaryFolder(), "below", "erasures.ndjson");
  const [one, two, three] = [entry(), entry(), entry()];
  await appendToLedger(file, [one]);
  await appendToLedger(file, [two, three]);
  expect(await readLedger(file)).toEqual({ entries: [one, two, three], unreadable: [] });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await readFile(file, "utf8")).split("\n")).toHaveLength(4);
});

test("a line that a crash left half written spoils no other", async () => {
  const file = join(await temporaryFolder(), "erasures.ndjson");
  const [one, two] = [entry(), entry()];
  await appendToLedger(file, [one]);
  await appendFile(file, JSON.stringify(two).slice(0, 40));
  expect(await readLedger(file)).toEqual({ entries: [one], unreadable: [2] });
  await appendToLedger(file, [two]);
  expect(await readLedger(file)).toEqual({ entries: [one, two], unreadable: [2] });
});

test("many writers at once lose no line", async () => {
  const file = join(await temporaryFolder(), "erasures.ndjson");
  const all = Array.from({ length: 40 }, entry);
  await Promise.all(all.map((one) => appendToLedger(file, [one])));
  const { entries, unreadable } = await readLedger(file);
  expect(unreadable).toEqual([]);
  expect(entries.map(({ id }) => id).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
});

function entry(): LedgerEntry {
  const leadId = randomUUID();
  const erasedAt = "2026-11-22T08:00:00.000001Z";
  return {
    id: randomUUID(),
    leadId,
    leadIds: [leadId],
    captureIds: [randomUUID()],
    cause: "request",
    erasedAt,
  };
}
