import { expect, test } from "vitest";
import { ALIASES, ALPHA_2_AND_3 } from "../../src/normalize/country_codes.ts";

test("each country has one code of two letters and one of three, and Unicode knows its name", () => {
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  for (const pair of ALPHA_2_AND_3) {
    expect(pair).toMatch(/^[A-Z]{5}$/);
    expect(names.of(pair.slice(0, 2)), pair).toBeDefined();
  }
  expect(new Set(ALPHA_2_AND_3.map((pair) => pair.slice(0, 2))).size).toBe(250);
  expect(new Set(ALPHA_2_AND_3.map((pair) => pair.slice(2))).size).toBe(250);
});

test("an alias names a country that exists", () => {
  const codes = new Set(ALPHA_2_AND_3.map((pair) => pair.slice(0, 2)));
  expect(ALIASES.filter(([, code]) => !codes.has(code))).toEqual([]);
});
