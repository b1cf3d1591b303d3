import { expect, test } from "vitest";
import { matchOf } from "../../src/normalize/match.ts";
import { ANA, compared } from "../support/people.ts";

test("what is compared is folded, and what is unknown is left out", () => {
  expect(
    compared({
      first_name: "Dr. Bob",
      last_name: "van der Müeller",
      company: "ACME Logistik GmbH & Co. KG",
      email: "bob.m+ads@acme.example",
      postal_code: "SW1A 1AA",
      city: "Köln",
      country: "DE",
    }),
  ).toMatchObject({
    first_name: "bob",
    name_root: "robert",
    company: "acme logistik",
    email: "bob.m+ads@acme.example",
    mailbox: "bobm@acme.example",
    postal_code: "sw1a1aa",
    city: "koln",
    country: "DE",
  });
  expect(compared({})).toEqual({ keys: [] });
  expect(compared({ first_name: "Dom", last_name: "von" })).toMatchObject({
    first_name: "dom",
    last_name: "von",
  });
});

test("a day of birth is compared as it was typed when it does not exist", () => {
  const typed = { birth_date: "1984-13-27" };
  expect(matchOf({ identities: [], typed }).birth_date).toBe("19841327");
  expect(matchOf({ identities: [], typed: { birth_date: "84" } }).birth_date).toBeUndefined();
});

test.each([
  ["moonwalker@mail.example", "moonwalker"],
  ["moon.walker+x@mail.example", "moonwalker"],
  ["ana.weber@mail.example", undefined], // says no more than the name
  ["webera@mail.example", undefined],
  ["ab12@mail.example", undefined], // many have it
  ["info@mail.example", undefined],
])("the address %s has the name of its own %s", (email, handle) => {
  expect(compared({ ...ANA, email }).handle).toBe(handle);
});

test("person: only of whom neither address nor number is known, by name and birth date, else by name and house", () => {
  const { birth_date: _, ...undated } = ANA;
  expect(compared(ANA).person).toBe("ana weber 19840327");
  expect(compared(undated).person).toBe("ana weber linden 14 79100");
  expect(compared({ ...ANA, email: "ana@mail.example" }).person).toBeUndefined();
  expect(compared({ ...ANA, phone: "+4976112345" }).person).toBeUndefined();
  expect(compared({ first_name: "Ana", last_name: "Weber", city: "Kiel" }).person).toBeUndefined();
  expect(compared({ ...ANA, last_name: "---" }).person).toBeUndefined();
});

test.each([
  ["a slip in the last name", { last_name: "Webber" }],
  ["a slip in the first name", { first_name: "Anna" }],
  ["names swapped", { first_name: "Weber", last_name: "Ana" }],
  ["another birth date", { birth_date: "1990-01-01" }],
  ["another street", { street: "Am Markt 3" }],
  ["who moved", { street: "Am Markt 3", city: "Kiel", postal_code: "24103" }],
  ["a slip in the postal code", { postal_code: "79111" }],
  ["married and moved", { last_name: "Quast", street: "Am Markt 3", city: "Kiel", postal_code: "24103" }],
])("%s leaves a key in common", (_, change) => {
  const known = new Set(compared(ANA).keys);
  expect(compared({ ...ANA, ...change }).keys.some((key) => known.has(key))).toBe(true);
});

test("a mailbox is a key with and without dots and tags, that of an office and a domain are none", () => {
  const keys = (email: string) => compared({ email }).keys;
  expect(keys("ana.weber+x@mail.example")).toEqual(keys("anaweber@mail.example"));
  expect(keys("info@weber.example")).toEqual([]);
  expect(compared({ company: "Weber GmbH", company_domain: "weber.example" }).keys).toEqual([]);
});

test("strangers in every field have no key in common", () => {
  const ben = {
    first_name: "Ben",
    last_name: "Huber",
    birth_date: "1971-09-05",
    street: "Am Markt 3",
    city: "Kiel",
    postal_code: "24103",
    country: "DE",
  };
  const known = new Set(compared(ANA).keys);
  expect(compared(ben).keys.filter((key) => known.has(key))).toEqual([]);
});

test("no field is longer than a name or an address can be, and every key stands once", () => {
  const endless = Object.fromEntries(Object.keys(ANA).map((field) => [field, "xyz ".repeat(5_000)]));
  const { keys, person: _, ...fields } = compared(endless);
  expect(Math.max(...Object.values(fields).map(({ length }) => length))).toBeLessThanOrEqual(100);
  expect(Math.max(...keys.map(({ length }) => length))).toBeLessThan(400);
  expect(compared({ ...ANA, last_name: "Anders" }).keys).toHaveLength(
    new Set(compared({ ...ANA, last_name: "Anders" }).keys).size,
  );
});

test("a long name is never cut through a letter: half of one is nothing that jsonb keeps", () => {
  const { last_name = "" } = compared({ last_name: `a${"𠮷".repeat(60)}` });
  expect(last_name.isWellFormed()).toBe(true);
  expect(last_name.length).toBe(99);
});

test("no key is cut through a letter either", () => {
  const { keys } = compared({ ...ANA, first_name: "𠮷𠮷", last_name: "b𠮷𠮷𠮷𠮷" });
  expect(keys).toContain("birth:19840327 𠮷");
  expect(keys.filter((key) => !key.isWellFormed())).toEqual([]);
});
