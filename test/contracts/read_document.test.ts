import { expect, test } from "vitest";
import { readDocument } from "../../src/contracts/read_document.ts";

test("a JSON body becomes its document, with or without a byte order mark", () => {
  const document = { name: "Jürgen 👋", tags: ["a", null, true, 1.5] };
  expect(readDocument(bytes(JSON.stringify(document)))).toEqual({ ok: true, document });
  expect(readDocument(bytes(`\ufeff${JSON.stringify(document)}`))).toEqual({ ok: true, document });
});

test.each<[string, Uint8Array, string]>([
  ["no bytes", bytes(""), "the body is empty"],
  ["only white space", bytes(" \n\t"), "the body is empty"],
  ["invalid UTF-8", Uint8Array.of(0x22, 0xff, 0x22), "the body is not UTF-8 text"],
  ["an encoded surrogate", Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), "the body is not UTF-8 text"],
  ["UTF-16", new Uint8Array(Buffer.from('\ufeff{"a":1}', "utf16le")), "the body is not UTF-8 text"],
  ["a form", bytes("email=max%40acme.de"), "the body is not JSON"],
  ["half a document", bytes('{"email": "max@acme.de"'), "the body is not JSON (at character 23)"],
  ["two documents", bytes("{} {}"), "the body is not JSON (at character 3)"],
  ["a raw NUL", bytes('{"a":"\u0000"}'), "the body is not JSON (at character 6)"],
  ["NaN", bytes('{"a":NaN}'), "the body is not JSON"],
  ["65 levels", bytes(nested(65)), "the body is nested deeper than 64 levels"],
  ["5,000 levels", bytes(nested(5_000)), "the body is nested deeper than 64 levels"],
  [
    "a million levels never closed",
    bytes('{"a":['.repeat(1_000_000)),
    "the body is nested deeper than 64 levels",
  ],
])("a body of %s is unreadable", (_what, body, message) => {
  expect(readDocument(body)).toEqual({ ok: false, violations: [{ kind: "unreadable", path: "", message }] });
});

test("64 levels are read, and brackets inside strings count for nothing", () => {
  expect(readDocument(bytes(nested(64))).ok).toBe(true);
  expect(readDocument(bytes(JSON.stringify({ a: `\\"${"[{".repeat(100)}` }))).ok).toBe(true);
});

test("the message about a body that is not JSON does not quote the person", () => {
  expect(JSON.stringify(readDocument(bytes("{email: max@acme.de}")))).not.toMatch(/max|acme/);
});

test("text that Postgres cannot hold is refused and named by its place", () => {
  const body = bytes('{"a":"\\u0000","b":[{"c/d":"\\ud800"}],"\\udc00":1,"ok":"\\ud83d\\udc4b \\\\u0000"}');
  expect(readDocument(body)).toEqual({
    ok: false,
    violations: [
      { kind: "unreadable", path: "/a", message: expect.stringContaining("U+0000") },
      { kind: "unreadable", path: "/b/0/c~1d", message: expect.stringContaining("surrogate") },
      { kind: "unreadable", path: "/\ufffd", message: expect.stringMatching(/a key.*surrogate/) },
    ],
  });
});

test("a written-out escape is text like any other", () => {
  expect(readDocument(bytes('{"a":"\\\\u0000 \\ud83d\\udc4b"}'))).toEqual({
    ok: true,
    document: { a: "\\u0000 👋" },
  });
});

test("of a hundred thousand faults twenty are named", () => {
  const body = bytes(`[${'"\\u0000",'.repeat(100_000)}1]`);
  const reading = readDocument(body);
  expect(reading.ok ? [] : reading.violations).toHaveLength(20);
});

test("of a key that stands twice the last one wins", () => {
  expect(readDocument(bytes('{"a":1,"a":2}'))).toEqual({ ok: true, document: { a: 2 } });
});

test("a key named __proto__ stays a key and changes no object", () => {
  const reading = readDocument(
    bytes('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}'),
  );
  expect(reading.ok && Object.keys(Object(reading.document))).toEqual(["__proto__", "constructor"]);
  expect("isAdmin" in {}).toBe(false);
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function nested(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}
