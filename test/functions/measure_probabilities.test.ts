import type { ClientBase } from "pg";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue } from "../support/rows.ts";

const measure = (db: ClientBase, chances: number[], won: boolean[]) =>
  oneRow(db, "select * from app_private.measure_probabilities($1, $2)", [chances, won]);

test("auc counts the pairs in the right order, ties half; brier the squared errors", async ({ db }) => {
  expect(await measure(db, [0.1, 0.4, 0.35, 0.8], [false, false, true, true])).toEqual({
    auc: 0.75,
    brier: expect.closeTo((0.01 + 0.16 + 0.4225 + 0.04) / 4, 9),
  });
  expect(await measure(db, [0.3, 0.3, 0.3, 0.3], [false, true, false, true])).toMatchObject({ auc: 0.5 });
  expect(await measure(db, [0.9, 0.1], [true, false])).toMatchObject({ auc: 1 });
});

test("where all ended alike there is no order to judge", async ({ db }) => {
  expect(await measure(db, [0.9, 0.1], [true, true])).toMatchObject({ auc: null });
  expect(await measure(db, [], [])).toEqual({ auc: null, brier: null });
});

test("calibration_of puts what was foretold beside what came, tenth by tenth", async ({ db }) => {
  const chances = Array.from({ length: 20 }, (_, n) => (n + 0.5) / 20);
  const found = await oneValue<object[]>(db, "select app_private.calibration_of($1, $2) as value", [
    chances,
    chances.map((chance) => chance > 0.5),
  ]);
  expect(found).toHaveLength(10);
  expect(found[0]).toEqual({ tenth: 1, leads: 2, predicted: 0.05, won: 0 });
  expect(found[9]).toEqual({ tenth: 10, leads: 2, predicted: 0.95, won: 1 });
  expect(await oneValue(db, "select app_private.calibration_of('{}', '{}') as value")).toEqual([]);
});
