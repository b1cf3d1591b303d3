import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { refuse } from "../support/refused.ts";
import { oneRow, oneValue, refusalOf } from "../support/rows.ts";

test("a refused capture is set aside with the reason, and its case is closed", async ({ db }) => {
  const ids = await refuse(db, [{ attributes: someone() }]);
  expect(await discard(db, ids)).toBe(1);
  expect(await oneRow(db, "select status, outcome, discard_reason, body from app_public.captures")).toEqual({
    status: "processed",
    outcome: "discarded",
    discard_reason: "An exercise",
    body: expect.any(Buffer),
  });
  expect(await oneRow(db, "select outcome, note from app_public.exceptions")).toEqual({
    outcome: "discarded",
    note: "An exercise",
  });
  expect(await discard(db, ids)).toBe(0);
});

test("what was processed is left alone", async ({ db }) => {
  const { captureId } = await receiveOne(db, { attributes: someone() });
  expect(await discard(db, [captureId])).toBe(0);
  expect(await oneValue(db, "select outcome as value from app_public.captures")).toBe("lead_created");
});

test("the database itself wants a reason", async ({ db }) => {
  const [id] = await refuse(db, [{ attributes: someone() }]);
  expect(
    await refusalOf(db, "update app_public.captures set outcome = 'discarded' where id = $1", [id]),
  ).toBe("23514");
});

function discard(db: ClientBase, ids: string[]): Promise<number> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.discard_captures($1, 'An exercise', now()) as value", [ids]),
  );
}
