import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

test.for([
  [80, "2026-03-28T22:00:30.400Z"],
  [100, "2026-03-28T22:00:38.000Z"],
  [150, "2026-03-28T22:00:57.000Z"],
] as const)("%i percent of 38 seconds, to the millisecond", async ([percent, expected], { db }) => {
  expect(await thresholdAt(db, 38, percent)).toEqual(new Date(expected));
});

test("a target that spans a change of the clocks is as long as any other", async ({ db }) => {
  await db.query("set local time zone 'Europe/Berlin'");
  expect(await thresholdAt(db, 86_400, 100)).toEqual(new Date("2026-03-29T22:00:00.000Z"));
});

test("no threshold is left: no instant", async ({ db }) => {
  expect(await thresholdAt(db, 60, null)).toBeNull();
});

function thresholdAt(db: Parameters<typeof oneValue>[0], seconds: number, percent: number | null) {
  return oneValue<Date | null>(
    db,
    "select app_private.threshold_at(null, '2026-03-28T22:00:00Z', 0, $1, $2) as value",
    [seconds, percent],
  );
}
