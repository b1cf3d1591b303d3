import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue } from "../support/rows.ts";

// Thresholds of a clock, how many have fired, and what is done at the next.
test.for([
  [[80, 100, 150], 0, ["notify_owner"]],
  [[80, 100, 150], 1, ["notify_manager"]],
  [[80, 100, 150], 2, ["notify_manager", "reassign"]],
  [[100, 200, 300], 1, ["notify_manager", "reassign"]],
  [[100, 200, 300], 2, ["notify_manager"]], // only the first of them reassigns
  [[150], 0, ["notify_manager", "reassign"]],
] as const)("by default, of %j the one after %i does %j", async ([thresholds, fired, actions], { db }) => {
  expect(await actionsOf(db, {}, thresholds, fired)).toEqual(actions);
});

test("what the policy says is done instead, nothing included", async ({ db }) => {
  const said = { "80": [], "150": ["open_exception", { set_status: "nurturing" }] };
  expect(await actionsOf(db, said, [80, 100, 150], 0)).toEqual([]);
  expect(await actionsOf(db, said, [80, 100, 150], 1)).toEqual(["notify_manager"]);
  expect(await actionsOf(db, said, [80, 100, 150], 2)).toEqual(said["150"]);
});

test("a threshold is told in the words of its clock", async ({ db }) => {
  const words = await oneRow(
    db,
    `select app_private.threshold_text('first_response', 80) as first, app_private.threshold_text('next_response', 90) as next,
            app_private.threshold_text('stage_time', 100) as stage, app_private.threshold_text('outcome', 150) as outcome`,
  );
  expect(words).toEqual({
    first: "80 % of the time to a first response have passed.",
    next: "90 % of the time to the next response have passed.",
    stage: "100 % of the time to leave this status have passed.",
    outcome: "150 % of the time to an outcome have passed.",
  });
});

function actionsOf(
  db: Parameters<typeof oneValue>[0],
  said: object,
  thresholds: readonly number[],
  fired: number,
): Promise<unknown> {
  return oneValue(db, "select app_private.threshold_actions($1, $2, $3) as value", [
    JSON.stringify(said),
    thresholds,
    fired,
  ]);
}
