import { expect, test } from "vitest";
import { NORMALIZED_FIELDS } from "../../src/contracts/fields.ts";
import { explainUnreachable } from "../../src/normalize/unreachable.ts";

test("what was not read is named by its field, never by what was typed", () => {
  const violations = explainUnreachable({ identities: [], typed: { email: "max@acme" } }, ["email"]);
  expect(violations.map(({ kind, path }) => [kind, path])).toEqual([
    ["format", "/email"],
    ["missing", "/email"],
  ]);
  expect(JSON.stringify(violations)).not.toContain("max@acme");
});

test("what was read in another form is no violation", () => {
  const attributes = { country: "DE", identities: [], typed: { country: "Germany" } };
  expect(explainUnreachable(attributes, ["email", "phone"])).toHaveLength(1);
});

test("however much went wrong, the way out stands at the end", () => {
  const typed = Object.fromEntries(NORMALIZED_FIELDS.map((field) => [field, "?"]));
  const violations = explainUnreachable({ identities: [], typed }, ["email", "phone"]);
  expect(violations).toHaveLength(20);
  expect(violations.at(-1)?.kind).toBe("missing");
});
