import { expect, test } from "vitest";
import { normalizePostalCode } from "../../src/normalize/address.ts";

test.each([
  [" 01067 ", "01067"],
  ["sw1a  1aa", "SW1A 1AA"],
  ["1012 ab", "1012 AB"],
])("the postal code %j is %j, with its leading zeros", (typed, code) => {
  expect(normalizePostalCode(typed)).toBe(code);
});

test("a whole address is no postal code", () => {
  expect(normalizePostalCode("10115 Berlin-Mitte")).toBeUndefined();
  expect(normalizePostalCode(" ")).toBeUndefined();
});
