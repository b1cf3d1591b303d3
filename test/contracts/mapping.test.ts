import { expect, test } from "vitest";
import { Contract } from "../../src/contracts/contract.ts";
import { compileMapping, mapFields } from "../../src/contracts/mapping.ts";

test("a field comes from a key, a column or deep inside", () => {
  const mapping = { email: "E-Mail (work)", phone: "/contact/phones/1", company: "/a~1b/~0c" };
  const document = {
    "E-Mail (work)": "max@acme.de",
    contact: { phones: ["1", "2"] },
    "a/b": { "~c": "Acme" },
  };
  expect(map(mapping, document)).toEqual({
    ok: true,
    fields: { email: "max@acme.de", phone: "2", company: "Acme" },
  });
});

test("several places are joined by one space, and empty ones left out", () => {
  const mapping = { email: "email", last_name: ["first", "middle", "last"] };
  expect(map(mapping, { first: "Max", middle: " ", last: "Muster" })).toEqual({
    ok: true,
    fields: { last_name: "Max Muster" },
  });
});

test("numbers and booleans become text; null, empty and blank are absent", () => {
  const mapping = { email: "a", phone: "b", employees: "c", segment: "d", message: "e" };
  expect(map(mapping, { a: null, b: "", c: 0, d: false, e: " \t" })).toEqual({
    ok: true,
    fields: { employees: "0", segment: "false" },
  });
});

test("a constant stands in only for what is absent", () => {
  const rules = {
    mapping: { email: "email", channel: "utm" },
    constants: { channel: "fair", campaign: "2026" },
  };
  expect(map(rules.mapping, { utm: "google" }, rules.constants)).toEqual({
    ok: true,
    fields: { channel: "google", campaign: "2026" },
  });
  expect(map(rules.mapping, { utm: " " }, rules.constants)).toEqual({
    ok: true,
    fields: { channel: "fair", campaign: "2026" },
  });
});

test("an object or a list where text is expected is refused by its place", () => {
  expect(
    map({ email: "/mail/work", phone: ["phone", "more"] }, { mail: { work: {} }, phone: "1", more: [] }),
  ).toEqual({
    ok: false,
    violations: [
      { kind: "type", path: "/mail/work", message: "must be text, a number or a boolean to be mapped" },
      { kind: "type", path: "/more", message: "must be text, a number or a boolean to be mapped" },
    ],
  });
});

test.each([["text"], [12], [null], [undefined], [[]], [true]])(
  "a document that is %j gives no fields",
  (document) => {
    expect(map({ email: "email", phone: "/length" }, document)).toEqual({ ok: true, fields: {} });
  },
);

test("inherited properties are nobody's data", () => {
  const mapping = { email: "constructor", phone: "/__proto__/toString", last_name: "__proto__" };
  expect(map(mapping, {})).toEqual({ ok: true, fields: {} });
  expect(map(mapping, JSON.parse('{"__proto__":"Muster"}'))).toEqual({
    ok: true,
    fields: { last_name: "Muster" },
  });
});

function map(mapping: Record<string, unknown>, document: unknown, constants: Record<string, string> = {}) {
  const contract = Contract.parse({ schema: {}, mapping, constants, reach: ["email"] });
  return mapFields(compileMapping(contract), document);
}
