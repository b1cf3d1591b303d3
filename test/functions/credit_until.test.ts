import type { ClientBase } from "pg";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allValues, oneValue } from "../support/rows.ts";

test("one touch takes all, two share by halves, from three on the first and the last take 40 % each", async ({
  db,
}) => {
  expect(await credits(db, "position_based", 1)).toEqual(["1"]);
  expect(await credits(db, "position_based", 2)).toEqual(["0.5", "0.5"]);
  expect(await credits(db, "position_based", 3)).toEqual(["0.4", "0.2", "0.4"]);
  expect(await credits(db, "position_based", 4)).toEqual(["0.4", "0.1", "0.1", "0.4"]);
});

test("first and last touch take all; linear gives equal shares, to 12 places", async ({ db }) => {
  expect(await credits(db, "first_touch", 3)).toEqual(["1", "0", "0"]);
  expect(await credits(db, "last_touch", 3)).toEqual(["0", "0", "1"]);
  expect(await credits(db, "linear", 4)).toEqual(["0.25", "0.25", "0.25", "0.25"]);
  expect(await credits(db, "linear", 3)).toEqual(["0.333333333333", "0.333333333334", "0.333333333333"]);
});

test("however many touches there are, no credit is negative and they sum to exactly 1", async ({ db }) => {
  for (const touches of [1, 2, 3, 7, 99, 10_007]) {
    for (const model of ["first_touch", "last_touch", "linear", "position_based"]) {
      const { least, sum } = await oneValue<{ least: boolean; sum: boolean }>(
        db,
        `select jsonb_build_object('least', min(credit) >= 0, 'sum', sum(credit) = 1) as value from (${CREDITS}) as credits`,
        [model, touches],
      );
      expect([model, touches, least, sum]).toEqual([model, touches, true, true]);
    }
  }
});

test("time decay is as it was weighed, and the last touch completes it", async ({ db }) => {
  const until = (touch: number, decay: number) =>
    oneValue(db, "select app_hidden.credit_until('time_decay', $1, 5, $2)::text as value", [touch, decay]);
  expect(await until(2, 0.1234567890126)).toBe("0.123456789013");
  expect(await until(5, 0.99)).toBe("1");
  expect(await until(0, 0)).toBe("0");
});

const CREDITS = `
  select touch, trim_scale(app_hidden.credit_until($1, touch, $2, 0) - app_hidden.credit_until($1, touch - 1, $2, 0)) as credit
    from generate_series(1, $2::int) as touch`;

function credits(db: ClientBase, model: string, touches: number): Promise<string[]> {
  return allValues(db, `select credit::text as value from (${CREDITS}) as credits order by touch`, [
    model,
    touches,
  ]);
}
