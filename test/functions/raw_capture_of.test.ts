import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { refuse, VIOLATIONS } from "../support/refused.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

const RAW = "select * from app_private.raw_capture_of($1)";

test("a refused capture as it came, and until when somebody should have looked", async ({ db }) => {
  const [id] = await refuse(db, [{ attributes: { colour: "blue" } }]);
  const due = await oneValue(db, "select due_at as value from app_public.exceptions");
  expect(await asWorker(db, () => oneRow(db, RAW, [id]))).toMatchObject({
    capture_id: id,
    path: "web-form",
    status: "quarantined",
    contract_version: 1,
    body: '{"colour":"blue"}',
    is_text: true,
    violations: VIOLATIONS,
    due_at: due,
  });
});

test("text_of: bytes that are no text come as hexadecimal digits, the first 512 of them", async ({ db }) => {
  const [id] = await refuse(db, [{ attributes: {} }]);
  await db.query("alter table app_public.captures disable trigger _100_keep_raw");
  await db.query("update app_public.captures set body = decode(repeat('ff', 600), 'hex')");
  expect(await oneRow(db, RAW, [id])).toMatchObject({ body: "ff".repeat(512), is_text: false });
  expect(await oneValue(db, "select app_private.text_of('\\x61c3a4') as value")).toBe("aä");
  expect(await oneValue(db, "select app_private.text_of('\\x00') as value")).toBe(null);
});

test("one that was never refused is not there", async ({ db }) => {
  const { captureId } = await receiveOne(db, { attributes: someone() });
  expect(await allRows(db, RAW, [captureId])).toEqual([]);
});

test("refusal_reason: the kind and every message", async ({ db }) => {
  expect(
    await oneValue(db, "select app_private.refusal_reason('contract_violation', $1) as value", [
      JSON.stringify(VIOLATIONS),
    ]),
  ).toBe("contract violation: colour is not known; email is missing");
});
