import { expect, test } from "vitest";
import { checkDocument, compileContract } from "../../src/contracts/check.ts";
import { Contract } from "../../src/contracts/contract.ts";

test("a lead that keeps the contract gives its mapped fields", () => {
  const compiled = compile({
    type: "object",
    required: ["mail"],
    properties: { mail: { type: "string", format: "email" } },
  });
  expect(checkDocument(compiled, { mail: "max@acme.de", more: 1 })).toEqual({
    ok: true,
    fields: { email: "max@acme.de" },
  });
});

test("a lead that breaks the contract is refused with each violation named", () => {
  const compiled = compile({
    type: "object",
    required: ["mail"],
    properties: { age: { type: "integer" }, mail: {} },
    additionalProperties: false,
  });
  expect(checkDocument(compiled, { age: "forty", shoe: 43 })).toEqual({
    ok: false,
    violations: [
      { kind: "missing", path: "/mail", message: "must have required property 'mail'" },
      { kind: "extra", path: "/shoe", message: "must NOT have additional properties" },
      { kind: "type", path: "/age", message: "must be integer" },
    ],
  });
});

test("a CSV row, an object of column and text, goes the same way", () => {
  const compiled = compile({ type: "object", required: ["mail"], properties: { mail: { minLength: 1 } } });
  expect(checkDocument(compiled, { mail: "max@acme.de", "": "", Länge: "3" }).ok).toBe(true);
  expect(checkDocument(compiled, { mail: "" }).ok).toBe(false);
});

test("what every JavaScript object has by birth does not count as given", () => {
  expect(checkDocument(compile({ required: ["constructor", "toString"] }), {}).ok).toBe(false);
});

test("two versions of one schema, with the same $id, live side by side", () => {
  compile({ $id: "https://acme.test/lead", type: "object" });
  expect(checkDocument(compile({ $id: "https://acme.test/lead", type: "array" }), []).ok).toBe(true);
});

test.each([
  ["a misspelt keyword", { requierd: ["mail"] }],
  ["an unknown format", { format: "telephone" }],
  ["a reference to another document", { $ref: "https://acme.test/other.json" }],
  ["another draft", { $schema: "http://json-schema.org/draft-07/schema#" }],
  ["an asynchronous schema", { $async: true }],
  ["an impossible rule", { type: "text" }],
  ["a broken pattern", { pattern: "(" }],
])("a contract with %s does not compile", (_fault, schema) => {
  expect(() => compile(schema)).toThrow();
});

function compile(schema: Record<string, unknown>) {
  return compileContract(Contract.parse({ schema, mapping: { email: "mail" }, reach: ["email"] }));
}
