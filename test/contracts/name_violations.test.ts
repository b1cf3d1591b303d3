import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { nameViolations } from "../../src/contracts/name_violations.ts";

test.each<[string, object, unknown, string, string]>([
  ["required", { required: ["a/b"] }, {}, "missing", "/a~1b"],
  ["dependentRequired", { dependentRequired: { a: ["b"] } }, { a: 1 }, "missing", "/b"],
  ["type", { properties: { a: { type: "string" } } }, { a: 1 }, "type", "/a"],
  ["format", { properties: { a: { format: "email" } } }, { a: "x" }, "format", "/a"],
  ["pattern", { properties: { a: { pattern: "^x$" } } }, { a: "y" }, "format", "/a"],
  ["minLength", { properties: { a: { minLength: 2 } } }, { a: "y" }, "format", "/a"],
  ["enum", { properties: { a: { enum: ["x"] } } }, { a: "y" }, "state", "/a"],
  ["const", { properties: { a: { const: "x" } } }, { a: "y" }, "format", "/a"],
  ["minimum", { items: { minimum: 3 } }, [1], "format", "/0"],
  ["not", { not: { required: ["a"] } }, { a: 1 }, "format", ""],
  ["additionalProperties", { additionalProperties: false }, { a: 1 }, "extra", "/a"],
  ["unevaluatedProperties", { unevaluatedProperties: false }, { a: 1 }, "extra", "/a"],
  ["a forbidden property", { properties: { a: false } }, { a: 1 }, "extra", "/a"],
  ["if and else", { if: { required: ["c"] }, else: { required: ["b"] } }, { a: 1 }, "missing", "/b"],
])("a breach of %s has a kind and a place", (_keyword, schema, document, kind, path) => {
  expect(violationsOf(schema, document)).toEqual([{ kind, path, message: expect.any(String) }]);
});

test("e-mail or phone is one violation, not two", () => {
  const schema = { anyOf: [{ required: ["email"] }, { required: ["phone"] }] };
  expect(violationsOf(schema, {})).toEqual([
    { kind: "missing", path: "", message: "must have at least one of: email, phone" },
  ]);
});

test("a choice of types is a matter of type, a choice of rules one of format", () => {
  const schema = {
    properties: {
      a: { anyOf: [{ type: "string" }, { type: "null" }] },
      b: { oneOf: [{ const: 1 }, { type: "null" }] },
    },
  };
  expect(violationsOf(schema, { a: 1, b: 2 })).toEqual([
    { kind: "type", path: "/a", message: "must be string, or must be null" },
    { kind: "format", path: "/b", message: "must be equal to constant, or must be null" },
  ]);
});

test("a choice of whole objects keeps what is said about their parts", () => {
  const branch = { type: "object", properties: { age: { type: "integer" } } };
  expect(
    violationsOf({ properties: { p: { anyOf: [branch, { type: "null" }] } } }, { p: { age: "x" } }),
  ).toEqual([
    { kind: "type", path: "/p/age", message: "must be integer" },
    { kind: "type", path: "/p", message: "must be null" },
  ]);
});

test("no message repeats the value that a person typed", () => {
  const rules = {
    type: "integer",
    const: 1,
    enum: [1],
    pattern: "^x$",
    maxLength: 1,
    format: "email",
    not: {},
  };
  const said = violationsOf(
    { properties: { a: rules }, additionalProperties: false },
    { a: "Muster", b: "Muster" },
  );
  expect(said.length).toBeGreaterThan(5);
  expect(JSON.stringify(said)).not.toContain("Muster");
});

test("a hundred thousand breaches are twenty violations, in no time", () => {
  const schema = { items: { anyOf: [{ properties: { a: { type: "null" } } }, { type: "string" }] } };
  expect(violationsOf(schema, Array(100_000).fill({ a: 1 }))).toHaveLength(20);
}, 20_000);

function violationsOf(schema: object, document: unknown) {
  const ajv = new Ajv2020({ allErrors: true, logger: false, strict: false });
  addFormats.default(ajv);
  ajv.validate(schema, document);
  return nameViolations(ajv.errors ?? []);
}
