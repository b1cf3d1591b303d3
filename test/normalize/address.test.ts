import { expect, test } from "vitest";
import { normalizePostalCode } from "../../src/normalize/address.ts";

test.each([
  [" 01067 ", "01067"],
  ["sw1a  1aa", "SW1A 1AA"],
  ["1012 ab", "1012 AB"],
  ["〒１００－０００１", "100-0001"],
  ["〒 100-0001", "100-0001"],
])("the postal code %j is %j, with its leading zeros", (typed, code) => {
  expect(normalizePostalCode(typed)).toBe(code);
});

test.each([
  ["CH-1201", "1201"],
  ["D-80331", "80331"],
  ["d 80331", "80331"],
  ["A – 1010", "1010"],
  ["S-123 45", "123 45"],
  ["pl-00-950", "00-950"],
  ["NL-1012 ab", "1012 AB"],
])("%j is %j: the sign of the country is none of the code", (typed, code) => {
  expect(normalizePostalCode(typed)).toBe(code);
});

test.each(["LV-1010", "LT-01124", "B1 1AA", "E1 6AN", "D02 X285", "H3Z 2Y7", "AD500", "L 12", "12345-6789"])(
  "the letters of %j are its own",
  (code) => {
    expect(normalizePostalCode(code)).toBe(code);
  },
);

test("a whole address is no postal code", () => {
  expect(normalizePostalCode("10115 Berlin-Mitte")).toBeUndefined();
  expect(normalizePostalCode(" ")).toBeUndefined();
});
