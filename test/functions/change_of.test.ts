import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

test.for([
  [1, 2, [1, 2]],
  [null, 2, [null, 2]],
  [1, null, [1, null]],
  [1, 1, null],
  [null, null, null],
] as const)("from %s to %s the audit says %s", async ([before, after, expected], { db }) => {
  expect(await oneValue(db, "select app_private.change_of($1, $2) as value", [before, after])).toEqual(
    expected,
  );
});
