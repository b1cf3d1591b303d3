import { test } from "vitest";
import { expectRefusal } from "./folder_of.ts";

const file = "territories.yaml";

test("a parent that is not there is refused", () =>
  expectRefusal(
    { file, text: "slug: uk, parent: emea", wrong: "slug: uk, parent: europe", on: "slug: uk" },
    'there is no territory "europe"',
  ));

test("a cycle in the tree is refused", () =>
  expectRefusal(
    { file, text: "slug: emea, parent: global", wrong: "slug: emea, parent: de", on: "slug: emea" },
    '"emea" would become its own ancestor',
  ));

test("a slug that is there already is refused", () =>
  expectRefusal(
    { file, text: "slug: uk", wrong: "slug: fr", on: "United Kingdom" },
    '"fr" is there already',
  ));

test("a root that is no identity boundary is refused", () =>
  expectRefusal(
    {
      file,
      text: "is_identity_boundary: true }",
      wrong: "is_identity_boundary: false }",
      on: "boundary: false",
    },
    "must be true at a root",
  ));

test("a root without an operations team is refused", () =>
  expectRefusal(
    {
      file: "teams.yaml",
      text: "territory: globex\n    handles_operations: true",
      wrong: "territory: globex",
      in: file,
      on: "slug: globex,",
    },
    'the root "globex" has no team that handles_operations',
  ));

test("a root where an overdue lead would reach nobody is refused", () =>
  expectRefusal(
    {
      file: "actors.yaml",
      text: ", { territory: globex, role: operations }",
      wrong: "",
      in: file,
      on: "slug: globex,",
    },
    'the root "globex" has no manager and no operations member',
  ));

test("a country that no lead says is refused", () =>
  expectRefusal(
    { file, text: "country: GB", wrong: "country: UK", on: "country: UK" },
    '"UK" meets no lead; leads say "GB"',
  ));
