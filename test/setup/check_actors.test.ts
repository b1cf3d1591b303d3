import { test } from "vitest";
import { expectRefusal } from "./folder_of.ts";

const file = "actors.yaml";

test("a slug that is there already is refused", () =>
  expectRefusal(
    { file, text: "slug: uma", wrong: "slug: dora # again", on: "dora # again" },
    '"dora" is there already',
  ));

test("a membership in no territory is refused", () =>
  expectRefusal(
    {
      file,
      text: "territory: fr, role: rep",
      wrong: "territory: france, role: rep",
      on: "territory: france",
    },
    'there is no territory "france"',
  ));

test("a manager who is not there is refused", () =>
  expectRefusal(
    { file, text: "manager: marco", wrong: "manager: maria", on: "manager: maria" },
    'there is no actor "maria"',
  ));

test("a manager that is a machine is refused", () =>
  expectRefusal(
    { file, text: "manager: marco", wrong: "manager: partner", on: "manager: partner" },
    '"partner" is not a person',
  ));

test("managers in a circle are refused", () =>
  expectRefusal(
    { file, text: "manager: ada", wrong: "manager: dora", on: "manager: dora" },
    '"mona" would become their own manager',
  ));

test("a BI login without a database role is refused", () =>
  expectRefusal(
    { file, text: "    db_role: bi_de\n", wrong: "", on: "kind: bi_login" },
    "a BI login needs its db_role",
  ));

test("a BI login that could write is refused", () =>
  expectRefusal(
    {
      file,
      text: "{ territory: de, role: viewer }",
      wrong: "{ territory: de, role: manager }",
      on: "de, role: manager",
    },
    "a BI login is a viewer",
  ));

test("a database role for a person is refused", () =>
  expectRefusal(
    { file, text: "name: Ada Okafor", wrong: "name: Ada Okafor\n    db_role: ada", on: "db_role: ada" },
    "is for kind: bi_login only",
  ));
