import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

test.for([
  ["reasons from before rules had parts are fit", [{ points: 20 }, { points: 5, part: "engagement" }], 20, 5],
  [
    "neither passes 100",
    [
      { points: 80, part: "fit" },
      { points: 60, part: "fit" },
    ],
    100,
    0,
  ],
  [
    "neither falls below 0",
    [
      { points: -30, part: "engagement" },
      { points: 10, part: "engagement" },
    ],
    0,
    0,
  ],
  ["no reason was met", [], 0, 0],
] as const)("%s", async ([, reasons, fit, engagement], { db }) => {
  const parts = await allRows(db, "select * from app_hidden.score_parts($1)", [JSON.stringify(reasons)]);
  expect(parts).toEqual([{ fit, engagement }]);
});

test("without a score there are no parts", async ({ db }) => {
  expect(await allRows(db, "select * from app_hidden.score_parts(null)")).toEqual([]);
});
