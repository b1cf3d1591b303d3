import { expect, test } from "vitest";
import { acmeWith, change, expectRefusal, problemsOf } from "./folder_of.ts";

const file = "capture_paths.yaml";

test.for([
  ["first_name: first_name", "first_name: firstname"],
  ["first_name: first_name", "first_name: [first_name, firstname]"],
  ["first_name: first_name", "first_name: /firstname/0"],
  ["field: consent_marketing", "field: firstname"],
  ["at_field: consent_at", "at_field: firstname"],
  ["text_version_field: consent_version", "text_version_field: firstname"],
  ["honeypot: fax_number", "honeypot: firstname"],
  ["elapsed: form_seconds", "elapsed: firstname"],
] as const)("a place that the closed schema forbids is refused: %s", ([text, wrong]) =>
  expectRefusal({ file, text, wrong, on: wrong }, 'the schema takes no property "firstname"'),
);

test.for([
  ["the schema is open", "additionalProperties: false", "additionalProperties: true"],
  [
    "a pattern allows it",
    "additionalProperties: false",
    "additionalProperties: false\n        patternProperties: { '^first': { type: string } }",
  ],
] as const)("it is taken where %s", async ([, text, other]) => {
  const folder = await acmeWith(file, "first_name: first_name", "first_name: firstname");
  const refusals = async () =>
    (await problemsOf(folder)).filter((each) => each.includes("takes no property")).length;
  expect(await refusals()).toBeGreaterThan(0);
  await change(folder, file, text, other);
  expect(await refusals()).toBe(0);
});
