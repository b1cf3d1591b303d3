import { expect, test } from "vitest";
import { applyFolder } from "../../src/setup/apply.ts";
import { describeChanges } from "../../src/setup/describe_changes.ts";
import { planFolder } from "../../src/setup/plan.ts";
import { test as withDatabase } from "../support/database.ts";
import { acmeWith, expectRefusal, problemsOf } from "./folder_of.ts";

const FILE = "survivorship_rules.yaml";
const FIELDS = "fields: [company, company_domain, employees]";
const CRITERIA = "criteria: [trusted, most_complete, most_recent]";
const SOURCES = "trusted_sources: [partner]";

test.for([
  ["a territory that is not there", "- territory: de", "- territory: den", 'there is no territory "den"'],
  ["a field that no lead has", FIELDS, "fields: [shoe_size]", "must be one of first_name"],
  ["a currency apart from its amount", FIELDS, "fields: [value_currency]", "must be one of first_name"],
  ["a field twice", FIELDS, "fields: [city, city]", "must not repeat itself"],
  ["no field", FIELDS, "fields: []", "Too small"],
  ["a criterion that is not known", CRITERIA, "criteria: [newest]", "must be one of trusted"],
  [
    "a source that no path has",
    SOURCES,
    "trusted_sources: [partners]",
    'no capture path has the source "partners"',
  ],
  ["trust in nobody", SOURCES, "trusted_sources: []", "belong to the criterion trusted"],
] as const)("%s is refused with file and line", ([, text, wrong, says]) =>
  expectRefusal({ file: FILE, text, wrong, on: wrong }, says),
);

test("sources without the criterion that uses them are refused", async () => {
  const folder = await acmeWith(FILE, CRITERIA, "criteria: [first]");
  expect(await problemsOf(folder)).toEqual([expect.stringContaining("belong to the criterion trusted")]);
});

test("two rules of one field in one territory are refused, whichever comes first", async () => {
  const again = `${SOURCES}\n  - { territory: de, fields: [city, company], criteria: [first] }`;
  const folder = await acmeWith(FILE, SOURCES, again);
  expect(await problemsOf(folder)).toEqual([`${FILE}:9: fields.1: "company" has a rule in de already`]);
});

withDatabase(
  "a rule is planned by what it says, applied, and gone when it is no longer named",
  async ({ database }) => {
    const { worker } = database.urls;
    const folder = await acmeWith(
      FILE,
      SOURCES,
      `${SOURCES}\n  - { territory: fr, fields: [phone], criteria: [most_recent] }`,
    );
    const planned = await planFolder(worker, folder);
    expect(describeChanges(planned.changes)).toContain("  + fr: fields phone, criteria most_recent");
    await applyFolder(worker, folder);
    expect((await planFolder(worker, folder)).changes).toEqual([]);
    const without = await planFolder(worker, await acmeWith(FILE, SOURCES, SOURCES));
    expect(without.changes).toMatchObject([{ part: "survivorship_rules", action: "close" }]);
  },
);
