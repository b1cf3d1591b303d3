import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { refuse } from "../support/refused.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneRow, oneValue, refusalOf } from "../support/rows.ts";

const CORRECT = "select app_private.correct_capture($1, $2)";

test("corrections stand beside what was sent, take the place of earlier ones, and can be taken back", async ({
  db,
}) => {
  const [id = ""] = await refuse(db, [{ attributes: { email: "ana(at)example.de" } }]);
  await correct(db, id, { "/email": "ana@example.de", "/colour": null });
  await correct(db, id, { "/email": "eva@example.de" });
  const stands = "select corrections, convert_from(body, 'UTF8') as body, status from app_public.captures";
  expect(await oneRow(db, stands)).toEqual({
    corrections: { "/email": "eva@example.de" },
    body: '{"email":"ana(at)example.de"}',
    status: "quarantined",
  });
  await correct(db, id, {});
  expect(await oneRow(db, stands)).toMatchObject({ corrections: null });
});

test("audit_captures_update: which fields, never what they hold now", async ({ db }) => {
  const [id = ""] = await refuse(db, [{ attributes: someone() }]);
  await correct(db, id, { "/email": "ana@example.de", "": {} });
  expect(
    await allValues(db, "select changes as value from app_private.audit_entries where entity = 'captures'"),
  ).toEqual([{ corrected: ["", "/email"] }]);
});

test("the stages write no audit entry for a capture", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  expect(
    await oneValue(
      db,
      "select count(*)::int as value from app_private.audit_entries where entity = 'captures'",
    ),
  ).toBe(0);
});

test.for([{ email: "a" }, { "/a~2": 1 }, ["/email"], { "/a": "x".repeat(300_000) }])(
  "what is no set of corrections is refused (%#)",
  async (corrections, { db }) => {
    const [id] = await refuse(db, [{ attributes: someone() }]);
    expect(await refusalOf(db, CORRECT, [id, JSON.stringify(corrections)])).toBe("BADIN");
  },
);

test("what was processed cannot be corrected", async ({ db }) => {
  const { captureId } = await receiveOne(db, { attributes: someone() });
  expect(await refusalOf(db, CORRECT, [captureId, '{"/email": "x@example.de"}'])).toBe("STATE");
});

function correct(db: ClientBase, id: string, corrections: object) {
  return asWorker(db, () => db.query(CORRECT, [id, JSON.stringify(corrections)]));
}
