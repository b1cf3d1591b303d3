import { expect } from "vitest";
import { streetOf } from "../../src/normalize/street.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const [DIFFERENT, PARTLY, CLOSE, SAME] = [1, 2, 3, 4];

test.for([
  ["Lindenweg 14", "Lindenweg 41", CLOSE], // neighbors swapped
  ["Lindenweg 14", "Lindenweg 273", PARTLY],
  ["Lindenweg 14", "Am Markt 3", DIFFERENT],
  ["12 Rose Cottage, Chapel Hill", "12 Chapel Hill", CLOSE], // not everybody writes the name of the house
  ["12 Rose Cottage, Chapel Hill", "9 Rose Garden", PARTLY],
  ["Unter den Linden 5", "Unterden Linden 5", SAME],
  ["Ленина 5", "Лениня 5", CLOSE],
] as const)("compare_streets: %s and %s", async ([one, other, level], { db }) => {
  const compare = (...streets: string[]) =>
    oneValue(db, "select app_private.compare_streets($1, $2) as value", streets.map(streetOf));
  expect(await compare(one, other)).toBe(level);
  expect(await compare(other, one)).toBe(level);
});
