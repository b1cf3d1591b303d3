import { expect, test } from "vitest";
import { termsOf } from "../../src/identity/terms.ts";
import type { Match } from "../../src/normalize/match.ts";

test("a value that stands often has its share among those whose field is known", () => {
  const terms = termsOf([
    ...people(30, { last_name: "weber" }),
    ...people(2, { last_name: "quast" }), // too seldom to be worth a row
    ...people(68, (n) => ({ last_name: `name ${n}` })),
    ...people(900, { city: "kiel" }),
  ]);
  expect(terms).toEqual([
    { field: "last_name", term: "", share: 0.002 },
    { field: "last_name", term: "weber", share: 0.3 },
    { field: "city", term: "", share: 0.002 },
    { field: "city", term: "kiel", share: 1 },
  ]);
});

test("among many a rare value is taken for rarer, down to an end: nobody has seen everybody", () => {
  const rare = (count: number) => termsOf(people(count, (n) => ({ first_name: `name ${n}` })))[0]?.share;
  expect(rare(10)).toBe(0.002);
  expect(rare(5_000)).toBe(0.0004);
  expect(rare(100_000)).toBe(0.0001);
});

test("what identifies by itself is no term, and nobody has none", () => {
  expect(termsOf(people(10, { email: "a@mail.example", phone: "+491", birth_date: "19840327" }))).toEqual([]);
  expect(termsOf([])).toEqual([]);
});

type Fields = Omit<Match, "keys">;

function people(count: number, fields: Fields | ((n: number) => Fields)): Match[] {
  return Array.from({ length: count }, (_, n) => ({
    ...(typeof fields === "function" ? fields(n) : fields),
    keys: [],
  }));
}
