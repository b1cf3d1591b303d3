import { expect, test } from "vitest";
import { normalizeEmail } from "../../src/normalize/email.ts";

test.each([
  [" Max.Muster@Acme.DE ", "max.muster@acme.de"],
  ["<max@acme.de>", "max@acme.de"],
  ["mailto:Max@acme.de?subject=Hello", "max@acme.de"],
  ["max@münchen.de", "max@xn--mnchen-3ya.de"],
  ["max\u200b@acme.de\u00a0", "max@acme.de"],
  ["o'neil+crm@sales.acme.co.uk", "o'neil+crm@sales.acme.co.uk"],
  ["m.u.s.t.e.r+1@gmail.com", "m.u.s.t.e.r+1@gmail.com"],
  ["jürgen@acme.de", "jürgen@acme.de"],
])("%j is the address %s", (typed, email) => {
  expect(normalizeEmail(typed)).toBe(email);
});

test.each([
  "",
  "max",
  "max@",
  "@acme.de",
  "max@acme",
  "max@@acme.de",
  "max@acme@acme.de",
  "max muster@acme.de",
  "max@acme .de",
  ".max@acme.de",
  "max.@acme.de",
  "max..muster@acme.de",
  "max@acme..de",
  "max@acme.de.",
  "max@.acme.de",
  "Max Muster <max@acme.de>",
  "max@acme.de, eva@acme.de",
  '"max muster"@acme.de',
  "max@[127.0.0.1]",
  "max@127.0.0.1",
  "max@-acme.de",
  "max@acme.1",
  "<max@acme.de",
  `${"a".repeat(65)}@acme.de`,
  `${"ä".repeat(33)}@acme.de`,
  `max@${"a.".repeat(125)}de`,
])("%j is no address", (typed) => {
  expect(normalizeEmail(typed)).toBeUndefined();
});
