import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addCheckpoint, lastHead, readCheckpoints, type Statement } from "../../src/audit/checkpoints.ts";
import { auditKeys, pemOf } from "../../src/audit/keys.ts";
import { temporaryFolder } from "../support/folder.ts";

const keys = auditKeys("one secret of at least thirty-two characters");
const others = auditKeys("another secret of at least thirty-two characters");

test("lines come back as they were signed, and nobody else may read them", async () => {
  const file = join(await temporaryFolder(), "below", "audit.ndjson");
  const statements = [head(1), head(2), { ...head(2), kind: "drop" as const, month: "2026_01" }];
  for (const statement of statements) await addCheckpoint(file, keys, statement);
  expect(await readCheckpoints(file, keys.publicKey)).toEqual({ statements, unreadable: [], forged: [] });
  expect(await lastHead(file, keys.publicKey)).toEqual(head(2));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("a line of another key, or one that was changed, is forged; what a crash left is none", async () => {
  const file = join(await temporaryFolder(), "audit.ndjson");
  await addCheckpoint(file, others, head(1));
  for (const block of [2, 3, 4]) await addCheckpoint(file, keys, head(block));
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace('"block":3', '"block":30'));
  await appendFile(file, '{"statement":{"kind":"head"');
  expect(await readCheckpoints(file, keys.publicKey)).toEqual({
    statements: [head(2), head(4)],
    unreadable: [5],
    forged: [1, 3],
  });
});

test("every part of a line is signed", async () => {
  const file = join(await temporaryFolder(), "audit.ndjson");
  await addCheckpoint(file, keys, { ...head(7), kind: "drop", month: "2026_01" });
  const line = await readFile(file, "utf8");
  for (const [from, to] of [
    ["2026_01", "2026_02"],
    ['"block":7', '"block":8'],
    [head(7).hash, head(8).hash],
    ["2026-11-22", "2026-11-23"],
    ['"drop"', '"head"'],
  ]) {
    const changed = line.replace(from ?? "", to ?? "");
    await writeFile(file, from === '"drop"' ? changed.replace(',"month":"2026_01"', "") : changed);
    expect([from, (await readCheckpoints(file, keys.publicKey))?.statements]).toEqual([from, []]);
  }
});

test("without a file there is nothing, which is not the same as an empty one", async () => {
  const file = join(await temporaryFolder(), "audit.ndjson");
  expect(await readCheckpoints(file, keys.publicKey)).toBeNull();
  expect(await lastHead(file, keys.publicKey)).toBeNull();
  await writeFile(file, "");
  expect(await readCheckpoints(file, keys.publicKey)).toMatchObject({ statements: [] });
  expect(await lastHead(file, keys.publicKey)).toBeNull();
});

test("the newest head of a long file is found at its end", async () => {
  const file = join(await temporaryFolder(), "audit.ndjson");
  await addCheckpoint(file, keys, head(1));
  const [line = ""] = (await readFile(file, "utf8")).split("\n");
  await appendFile(file, `${line}\n`.repeat(1_000));
  await addCheckpoint(file, keys, head(2));
  expect(await lastHead(file, keys.publicKey)).toEqual(head(2));
});

test("the same secret is the same key on every host, and it prints as PEM", () => {
  expect(pemOf(auditKeys("one secret of at least thirty-two characters").publicKey)).toBe(
    pemOf(keys.publicKey),
  );
  expect(pemOf(others.publicKey)).not.toBe(pemOf(keys.publicKey));
  expect(pemOf(keys.publicKey)).toMatch(/^-----BEGIN PUBLIC KEY-----/);
});

function head(block: number): Extract<Statement, { kind: "head" }> {
  return { kind: "head", block, hash: block.toString(16).padStart(64, "0"), at: "2026-11-22T08:00:00.000Z" };
}
