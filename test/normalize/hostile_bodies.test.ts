import fc from "fast-check";
import { expect, test } from "vitest";
import { checkDocument, compileContract } from "../../src/contracts/check.ts";
import { Contract } from "../../src/contracts/contract.ts";
import { NORMALIZED_FIELDS } from "../../src/contracts/fields.ts";
import { readDocument } from "../../src/contracts/read_document.ts";
import { normalizeAttributes } from "../../src/normalize/attributes.ts";

const compiled = compileContract(
  Contract.parse({
    schema: { type: ["object", "array"], additionalProperties: true, properties: { nobody: false } },
    mapping: Object.fromEntries(NORMALIZED_FIELDS.map((field) => [field, [field, `/0/${field}`]])),
    reach: ["email", "phone", "external_id"],
  }),
);
const context = {
  defaultCountry: "DE",
  timeZone: "America/New_York",
  receivedAt: new Date("2026-03-01T12:00:00Z"),
  reach: ["email", "phone", "external_id"],
  externalIdSource: "web-form",
};

/** Of a runner that has much else to do; what grows with the square would take minutes. */
const LONG = 30_000;

test("any bytes at all end as a lead or as violations", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (body) => expectStorable(body)));
});

test("any JSON ends as a lead or as violations", () => {
  fc.assert(fc.property(fc.json({ stringUnit: "binary" }), (text) => expectStorable(bytes(text))));
});

test("any text in any field ends as a lead or as violations", () => {
  const field = fc.constantFrom(...NORMALIZED_FIELDS, "nobody", "__proto__");
  const document = fc.dictionary(field, hostileValue(), { maxKeys: 12 });
  fc.assert(
    fc.property(fc.oneof(document, fc.array(document, { maxLength: 2 })), (value) => {
      expectStorable(bytes(JSON.stringify(value)));
    }),
    { numRuns: 2_000 },
  );
});

test("a broken byte in a good body ends as a lead or as violations", () => {
  const good = bytes(
    JSON.stringify({ email: "max@acme.de", phone: "030 1234567", last_name: "Mu\u0308ller 👋" }),
  );
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
      expectStorable(good.with(at, byte));
    }),
    { numRuns: 2_000 },
  );
});

test("fields that came around the reader are made storable all the same", () => {
  const anyUnits = fc
    .array(fc.nat({ max: 0xffff }), { maxLength: 40 })
    .map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...NORMALIZED_FIELDS), anyUnits), (fields) => {
      expectText(normalizeAttributes({ ...fields, external_id: "7" }, context));
    }),
  );
});

test.each<[string, unknown]>([
  ["an SQL injection", "'; drop table leads; --"],
  ["a script", "<script>alert(1)</script>@acme.de"],
  ["a template", "{{constructor.constructor('return process')()}}"],
  ["a spreadsheet formula", '=HYPERLINK("http://evil.test")'],
  ["header injection", "max@acme.de\r\nBcc: all@acme.de"],
  ["a number beyond a double", 2 ** 60],
  ["a right-to-left override", "\u202emoc.live@xam"],
  ["a letter under a thousand accents", `a${"\u0301\u0316".repeat(1_000)}`],
  ["a ligature that grows", "\ufdfa".repeat(12_000)],
  ["a sharp s that grows", "ß".repeat(1_000)],
  ["a megabyte of spaces", " ".repeat(1_000_000)],
  ["a megabyte of one line", "a ".repeat(500_000)],
  ["a megabyte of digits", "1".repeat(1_000_000)],
  ["a megabyte of dots", ".".repeat(1_000_000)],
  ["a megabyte of brackets", "<".repeat(1_000_000)],
  ["many extensions", "1 ext".repeat(50)],
  ["many at signs", "@".repeat(1_000)],
])(
  "%s in every field hurts nobody",
  (_what, value) => {
    expectStorable(
      bytes(JSON.stringify(Object.fromEntries(NORMALIZED_FIELDS.map((field) => [field, value])))),
    );
  },
  LONG,
);

function expectStorable(body: Uint8Array): void {
  const reading = readDocument(body);
  const check = reading.ok ? checkDocument(compiled, reading.document) : reading;
  expectText(check.ok ? normalizeAttributes(check.fields, context) : check);
}

// What JSON.stringify escapes as \u0000 or as half a pair is what jsonb refuses.
function expectText(result: unknown): void {
  const unstorable: string[] = [];
  const json = JSON.stringify(result, (key, value: unknown) => {
    for (const text of [key, value]) {
      if (typeof text === "string" && (text.includes("\u0000") || !text.isWellFormed()))
        unstorable.push(text);
    }
    return value;
  });
  expect(unstorable).toEqual([]);
  expect(JSON.parse(json)).toEqual(result);
}

function hostileValue() {
  return fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\u0000", "\ud800", "\udc00x", "\u202e", "a\u0301", " ", "ß", "İ", "+", "@", "00", "-"),
    fc.emailAddress(),
    fc.webUrl(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.stringMatching(/^[+0-9 ()x#;-]{0,20}$/),
    fc.double(),
    fc.bigInt().map(String),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 1 }),
  );
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
