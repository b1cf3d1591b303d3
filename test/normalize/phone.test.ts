import { expect, test } from "vitest";
import { normalizePhone } from "../../src/normalize/phone.ts";

test.each([
  ["+49 (0)30 123 45 67", ["DE"], "+49301234567"],
  ["030/123 45 67", ["DE"], "+49301234567"],
  ["030 1234567 ext. 12", ["DE"], "+49301234567"],
  ["tel:+49-30-1234567", ["DE"], "+49301234567"],
  ["p:+491711234567", ["US"], "+491711234567"],
  ["'＋49 171 1234567", ["US"], "+491711234567"],
  ["0049 171 1234567", ["DE"], "+491711234567"],
  ["0049 171 1234567", ["US"], "+491711234567"],
  ["0049 171 1234567 x3", [null], "+491711234567"],
  ["011 49 171 1234567", ["US"], "+491711234567"],
  ["491711234567", ["DE"], "+491711234567"],
  ["(415) 555-2671", ["US"], "+14155552671"],
  ["11 98765-4321", ["BR"], "+5511987654321"],
])("%j, read in %j, is the line %s", (typed, countries, number) => {
  expect(normalizePhone(typed, countries)?.number).toBe(number);
});

test("a national number is read for the country the person names before that of the door", () => {
  expect(normalizePhone("06 12 34 56 78", ["FR", "DE"])).toEqual({ number: "+33612345678", country: "FR" });
  expect(normalizePhone("0171 1234567", ["FR", "DE"])).toEqual({ number: "+491711234567", country: "DE" });
});

test("a number too new for the library is kept, and tells no country", () => {
  expect(normalizePhone("+44 7700 900123", ["DE"])).toEqual({ number: "+447700900123", country: undefined });
});

test.each([
  ["", ["DE"]],
  ["n/a", ["DE"]],
  ["12", ["DE"]],
  ["+49 1", ["DE"]],
  ["+999 123456789", ["DE"]],
  ["030 1234567", [null]],
  ["030 1234567", ["ZZ"]],
  ["15112345678", [null]],
  ["call me: 030 1234567", ["DE"]],
  ["030 1234567 or 0171 1234567", ["DE"]],
  ["1-800-FLOWERS", ["US"]],
  ["+49 30 1234567 1234567 1234567", ["DE"]],
  ["1".repeat(10_000), ["DE"]],
])("%j, read in %j, is no number", (typed, countries) => {
  expect(normalizePhone(typed, countries)).toBeUndefined();
});
