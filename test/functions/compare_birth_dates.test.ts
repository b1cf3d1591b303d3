import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const [DIFFERENT, PARTLY, CLOSE] = [1, 2, 3];

test.for([
  ["19840327", "19840328", CLOSE], // one digit
  ["19840327", "19840372", CLOSE], // neighbors swapped, to a day that does not exist
  ["19840327", "19480327", CLOSE],
  ["19840304", "19840403", CLOSE], // day and month
  ["19840327", "19840315", PARTLY], // year and month
  ["19840327", "19841227", PARTLY], // year and day
  ["19840327", "19510327", PARTLY], // the same birthday
  ["19840327", "19840912", DIFFERENT], // the year alone
  ["19840327", "19510912", DIFFERENT],
  ["00000000", "99999999", DIFFERENT],
] as const)("compare_birth_dates: %s and %s", async ([one, other, level], { db }) => {
  const compare = (...dates: string[]) =>
    oneValue(db, "select app_private.compare_birth_dates($1, $2) as value", dates);
  expect(await compare(one, other)).toBe(level);
  expect(await compare(other, one)).toBe(level);
});
