import { expect, test } from "vitest";
import { asciiDomain } from "../../src/normalize/domain.ts";

test.each([
  ["Acme.DE", "acme.de"],
  ["münchen.de", "xn--mnchen-3ya.de"],
  ["XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de"],
  ["a-b.co.uk", "a-b.co.uk"],
  ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
])("the domain %s is %s", (typed, domain) => {
  expect(asciiDomain(typed)).toBe(domain);
});

test.each([
  "",
  "acme",
  "acme.",
  ".acme.de",
  "a..de",
  "-a.de",
  "a-.de",
  "a_b.de",
  "a b.de",
  "1.2.3.4",
  "[::1]",
  "0x7f.1",
  "ac%6de.de",
  "acme.de/x",
  "acme.de:80",
  "a@acme.de",
  "acme.d",
  `${"a".repeat(64)}.de`,
  `${"a.".repeat(130)}de`,
  `${"ä".repeat(63)}.de`,
])("%j is no domain", (typed) => {
  expect(asciiDomain(typed)).toBeUndefined();
});
