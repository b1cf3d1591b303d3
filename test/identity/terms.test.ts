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

test("a name has the share of its country, however many people of other markets are known; a place that of all", () => {
  const terms = termsOf([
    ...people(50, { country: "PL", last_name: "kowalski", city: "krakow" }),
    ...people(50, (n) => ({ country: "PL", last_name: `nazwisko ${n}` })),
    ...people(900, (n) => ({ country: "FR", last_name: `nom ${n}`, city: `ville ${n}` })),
    ...people(100, (n) => ({ country: "FR", last_name: n % 2 === 0 ? "kowalski" : "martin" })),
  ]);
  // Half of the Poles, a twentieth of the French: of those who have it, one half meets each.
  expect(terms).toContainEqual({ field: "last_name", term: "kowalski", share: (0.5 + 0.05) / 2 });
  expect(terms).toContainEqual({ field: "last_name", term: "martin", share: 0.05 });
  expect(terms).toContainEqual({ field: "city", term: "krakow", share: expect.closeTo(50 / 950) });
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
