import { expect, test } from "vitest";
import { normalizeCountry } from "../../src/normalize/country.ts";

test.each([
  ["DE", "DE"],
  ["de", "DE"],
  ["DEU", "DE"],
  [" Germany ", "DE"],
  ["DEUTSCHLAND", "DE"],
  ["Allemagne", "DE"],
  ["Alemanha", "DE"],
  ["Duitsland", "DE"],
  ["Alemania", "DE"],
  ["Germania", "DE"],
  ["UK", "GB"],
  ["England", "GB"],
  ["U.S.A.", "US"],
  ["United States of America", "US"],
  ["Estados Unidos", "US"],
  ["Brasil", "BR"],
  ["España", "ES"],
  ["Cote d'Ivoire", "CI"],
  ["Holland", "NL"],
  ["Österreich", "AT"],
  ["osterreich", "AT"],
  ["Türkiye", "TR"],
  ["Czech Republic", "CZ"],
  ["The Netherlands", "NL"],
  ["Bosnia and Herzegovina", "BA"],
  ["Kosovo", "XK"],
])("%j is the country %s", (typed, code) => {
  expect(normalizeCountry(typed)).toBe(code);
});

test.each([
  "",
  "EU",
  "XX",
  "ZZ",
  "Mars",
  "Bavaria",
  "D",
  "DE, AT",
  "__proto__",
  "constructor",
  "e".repeat(10_000),
])("%j is no country", (typed) => {
  expect(normalizeCountry(typed)).toBeUndefined();
});

test.each(["n/a", "N.A.", "N/A", "n.d.", "N / D", "(n/a)", "n\\a", "N_A", "n a"])(
  "%s tells no country, least of all Namibia",
  (text) => {
    expect(normalizeCountry(text)).toBeUndefined();
  },
);

test.each([
  ["NA", "NA"],
  ["na", "NA"],
  [" NA ", "NA"],
  ["U.K.", "GB"],
  ["U.S.A.", "US"],
  ["u.s.", "US"],
])("%s is a code", (text, code) => {
  expect(normalizeCountry(text)).toBe(code);
});
