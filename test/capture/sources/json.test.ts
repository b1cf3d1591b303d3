import { expect, test } from "vitest";
import { json } from "../../../src/capture/sources/json.ts";
import type { Event } from "../../../src/capture/sources/source.ts";

function event(body: string | Buffer, contentType: string | null = "application/json"): Event {
  return { body: Buffer.from(body), contentType, headers: {} };
}

function read(body: string | Buffer, contentType: string | null = "application/json") {
  return json.read(event(body, contentType));
}

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data; boundary=----x";

function multipart(...parts: string[]): string {
  return `${parts.map((part) => `------x\r\n${part}\r\n`).join("")}------x--\r\n`;
}

test.each([
  [
    "JSON",
    '{"email":"a@b.de","id":9007199254740993}',
    "application/json",
    { email: "a@b.de", id: "9007199254740993" },
  ],
  ["JSON without a Content-Type", '{"a":1}', null, { a: 1 }],
  ["JSON that says it is text", '{"a":1}', "text/plain", { a: 1 }],
  ["a byte order mark", '\uFEFF{"a":1}', "application/json", { a: 1 }],
  [
    "JSON in Latin-1 that says so",
    Buffer.from('{"a":"Jürgen"}', "latin1"),
    "application/json; charset=ISO-8859-1",
    { a: "Jürgen" },
  ],
  [
    "a form",
    "first_name=Ana+Mar%C3%ADa&email=a%40b.de&empty=&flag",
    FORM,
    { first_name: "Ana María", email: "a@b.de", empty: "", flag: "" },
  ],
  ["a field that stands twice", "tag=a&tag=b&tag=c&x=1", FORM, { tag: ["a", "b", "c"], x: "1" }],
  ["a form in Windows-1252", "name=J%FCrgen+%80", `${FORM}; charset="windows-1252"`, { name: "Jürgen €" }],
  ["broken escapes, as they were typed", "a=100%&b=%zz&c=%4", FORM, { a: "100%", b: "%zz", c: "%4" }],
  ["an equals sign in a value", "a=b=c", FORM, { a: "b=c" }],
  [
    "a multipart form",
    multipart(
      'Content-Disposition: form-data; name="email"\r\n\r\na@b.de',
      'content-disposition: form-data; name="note"\r\nContent-Type: text/plain\r\n\r\ntwo\r\nlines -- ü',
      'Content-Disposition: form-data; name="cv"; filename="Ana %22A%22.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF',
    ),
    MULTIPART,
    { email: "a@b.de", note: "two\r\nlines -- ü", cv: 'Ana "A".pdf' },
  ],
  [
    "a multipart form with bare names and blanks behind a boundary",
    multipart(
      "Content-Disposition: form-data; name=email\r\n\r\na@b.de",
      "Content-Disposition: form-data; name=cv; filename*=utf-8''Ana.pdf\r\n\r\n\u0001",
    ).replaceAll("------x\r\n", "------x \t\r\n"),
    MULTIPART,
    { email: "a@b.de", cv: "utf-8''Ana.pdf" },
  ],
  [
    "a boundary in quotes with a semicolon inside",
    '--a;b\r\nContent-Disposition: form-data; name="email"\r\n\r\na@b.de\r\n--a;b--\r\n',
    'multipart/form-data; boundary="a;b"; charset=utf-8',
    { email: "a@b.de" },
  ],
  [
    "a name in quotes that looks like a parameter",
    multipart('Content-Disposition: form-data; name="a; filename=b"\r\n\r\nsaid'),
    MULTIPART,
    { "a; filename=b": "said" },
  ],
])("%s is read", (_what, body, contentType, document) => {
  expect(read(body, contentType)).toEqual({ kind: "lead", document });
});

test.each([
  ["nothing", "", "application/json"],
  ["what is not JSON", "email=a@b.de", "application/json"],
  ["two documents", '{"a":1}{"a":1}', "application/json"],
  ["a truncated one", '{"a":', "application/json"],
  ["Latin-1 that says nothing", Buffer.from('{"a":"ü"}', "latin1"), "application/json"],
  ["a charset that nobody knows", '{"a":1}', "application/json; charset=klingon"],
  [
    "bytes that are not the charset they say",
    Buffer.from([0xd8, 0x00]),
    "application/json; charset=utf-16be",
  ],
  ["half a surrogate pair", '{"a":"\\ud800"}', "application/json"],
  ["a form of nothing", "", FORM],
  ["a form that is not UTF-8", "a=%FC", FORM],
  ["a form with a NUL", "a=%00", FORM],
  ["more fields than a form has", "a=1&".repeat(1_001), FORM],
  ["a multipart form without boundary", multipart("x"), "multipart/form-data"],
  ["another boundary than it says", multipart("x"), "multipart/form-data; boundary=y"],
  [
    "a multipart form that ends too early",
    multipart('Content-Disposition: form-data; name="a"\r\n\r\nb').slice(0, -12),
    MULTIPART,
  ],
  ["a part without a name", multipart("Content-Disposition: form-data\r\n\r\nb"), MULTIPART],
  ["a part without a head", multipart("b"), MULTIPART],
])("%s is unreadable, and says so", (_what, body, contentType) => {
  expect(read(body, contentType)).toMatchObject({ kind: "unreadable", violations: [{ kind: "unreadable" }] });
});

test("no document pollutes what every object inherits", () => {
  for (const [body, contentType] of [
    ['{"__proto__":{"isAdmin":true}}', "application/json"],
    ["__proto__=x&constructor=y", FORM],
  ] as const) {
    const reading = read(body, contentType);
    expect(reading).toMatchObject({ kind: "lead" });
    const document = reading.kind === "lead" ? reading.document : undefined;
    expect(Object.keys(Object(document))).toContain("__proto__");
    expect("isAdmin" in {}).toBe(false);
  }
});

test("NDJSON is an event a line, each with its own fate; blank lines are none", () => {
  const lines =
    json.split?.(event('{"a":1}\r\n\n  \n{"a":\n{"a":3}', "application/x-ndjson; charset=utf-8")) ?? [];
  expect(lines.map(({ body }) => body.toString())).toEqual(['{"a":1}\r', '{"a":', '{"a":3}']);
  expect(lines.map((line) => json.read(line).kind)).toEqual(["lead", "unreadable", "lead"]);
  expect(json.split?.(event("\n\n", "application/x-ndjson"))).toEqual([]);
  expect(json.split?.(event('{"a":1}\n{"a":2}'))).toBeUndefined();
});

test("of endless lines only so many are looked at", () => {
  expect(json.split?.(event("1\n".repeat(100_000), "application/x-ndjson"))).toHaveLength(5_001);
});
