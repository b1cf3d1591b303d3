import { expect } from "vitest";
import { ANA, compared, levelsOf } from "../support/people.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const ALL = {
  ...ANA,
  region: "Baden-Württemberg",
  company: "Weber & Söhne GmbH",
  company_domain: "weber.example",
  email: "ana.weber@weber.example",
  phone: "+4976112345",
};

test("compare_people: whoever is known in full is like themselves in every field", async ({ db }) => {
  const levels = await levelsOf(db, ALL, ALL);
  expect(Object.values(levels)).toEqual(Array(12).fill("same"));
});

test("what is unknown of either says nothing, also of both", async ({ db }) => {
  expect(await levelsOf(db, {}, ALL)).toEqual({});
  expect(await levelsOf(db, ALL, {})).toEqual({});
  expect(await levelsOf(db, {}, {})).toEqual({});
});

test.for([
  ["the office has one address", { email: "info@weber.example" }, { email: "info@weber.example" }, "partly"],
  ["dots and tags", { email: "ana.weber@x.example" }, { email: "anaweber+ads@x.example" }, "close"],
  ["a slip in a long one", { email: "ana.weber@mail.example" }, { email: "ana.wever@mail.example" }, "close"],
  ["a digit is no slip", { email: "ben.harlow1@x.example" }, { email: "ben.harlow2@x.example" }, "different"],
  ["nor is its place", { email: "ben.harlow81@x.example" }, { email: "ben.harlow18@x.example" }, "different"],
  ["a slip beside digits", { email: "ben.harlow81@x.example" }, { email: "ben.harlov81@x.example" }, "close"],
  ["a slip in a short one", { email: "ab@x.co" }, { email: "cb@x.co" }, "different"],
  ["a chosen name", { email: "moonwalker@a.example" }, { email: "moonwalker@other.example" }, "partly"],
  ["two offices", { email: "info@weber.example" }, { email: "info@schmidt.example" }, "different"],
] as const)("addresses: %s", async ([, one, other, level], { db }) => {
  expect(await levelsOf(db, one, other)).toEqual({ email: level });
});

test.for([
  ["postal_code", "79100", "79199", "partly"], // the same district
  ["postal_code", "79100", "79101", "close"],
  ["postal_code", "79100", "10115", "different"],
  ["postal_code", "SW1A 1AA", "sw1a1aa", "same"],
  ["country", "DE", "AT", "different"],
  ["phone", "+4976112345", "+4976112346", "close"],
  ["phone", "+4976112345", "+4976154321", "different"],
  ["company", "Weber GmbH", "Weber AG", "same"],
  ["company", "Weber Logistik", "Weber Immobilien", "partly"],
  ["company_domain", "weber.example", "webers.example", "different"],
  ["city", "Freiburg im Breisgau", "Freiburg", "partly"],
  ["region", "Bayern", "Hessen", "different"],
  ["birth_date", "1984-03-27", "1984-03-27", "same"],
] as const)("%s: %s and %s", async ([field, one, other, level], { db }) => {
  expect(await levelsOf(db, { [field]: one }, { [field]: other })).toEqual({ [field]: level });
  expect(await levelsOf(db, { [field]: other }, { [field]: one })).toEqual({ [field]: level });
});

test.for([
  ["nothing", ""],
  ["blanks", "   "],
  ["dashes", "---"],
  ["punctuation", "!!!???"],
  ["letters of no width", "\u200b\u200d"],
  ["directions", "\u202e\u202d"],
  ["SQL", "'; drop table leads; --"],
  ["a pattern", "%_\\"],
  ["pictures", "😀".repeat(100)],
  ["ten thousand letters", "x".repeat(10_000)],
  ["accents without end", "é".repeat(300)],
  ["accents alone", "\u0301\u0301"],
  ["right to left", "لا إله إلا الله محمد رسول الله"],
] as const)("%s in every field is compared with a person, and is no person", async ([, text], { db }) => {
  const { email, phone, ...rest } = ALL;
  const hostile = Object.fromEntries(Object.keys(rest).map((field) => [field, text]));
  const levels = await levelsOf(db, hostile, { ...rest, email, phone });
  expect(Object.values(levels).filter((level) => level !== "different")).toEqual([]);
  expect(compared(hostile).keys.filter((key) => / $|: |:$/.test(key))).toEqual([]);
});

test("text without a letter or digit is unknown, never a likeness", async ({ db }) => {
  const nobody = { first_name: "---", last_name: "\u200b", street: "!!!", city: "…", company: "()" };
  expect(await levelsOf(db, nobody, nobody)).toEqual({});
  expect(compared(nobody).keys).toEqual([]);
});

test("name_levels: the number of each level in words", async ({ db }) => {
  const named = await oneValue(
    db,
    "select app_private.name_levels('{1,2,3,4,0,0,0,0,0,0,0,4}'::smallint[]) as value",
  );
  expect(named).toEqual({
    first_name: "different",
    last_name: "partly",
    birth_date: "close",
    street: "same",
    phone: "same",
  });
  expect(await oneValue(db, "select app_private.name_levels(null) as value")).toEqual({});
});
