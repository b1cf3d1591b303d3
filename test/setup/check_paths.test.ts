import { test } from "vitest";
import { expectRefusal } from "./folder_of.ts";

const file = "capture_paths.yaml";
const DUTIES = "capture: operations, execution: operations, system: operations, incident: operations";

test("a path in no territory is refused", () =>
  expectRefusal(
    { file, text: "territory: globex", wrong: "territory: globe", on: "territory: globe" },
    'there is no territory "globe"',
  ));

test("a path without all four duties is refused", () =>
  expectRefusal(
    { file, text: ", incident: operations", wrong: "", on: "execution: operations" },
    'no team has the duty "incident"',
  ));

test("a duty of a team that is not there is refused", () =>
  expectRefusal(
    {
      file,
      text: DUTIES,
      wrong: DUTIES.replace("capture: operations", "capture: nobody"),
      on: "capture: nobody",
    },
    'there is no team "nobody"',
  ));

test("a duty of a team of another client is refused", () =>
  expectRefusal(
    { file, text: DUTIES, wrong: DUTIES.replace("capture: o", "capture: globex-o"), on: "capture: globex-o" },
    '"globex-operations" belongs to another root',
  ));

test("a fallback that is not there is refused", () =>
  expectRefusal(
    { file, text: "fallback_territory: br", wrong: "fallback_territory: rj", on: "fallback_territory: rj" },
    'there is no territory "rj"',
  ));

test("a fallback over an identity boundary is refused", () =>
  expectRefusal(
    {
      file,
      text: "fallback_territory: br",
      wrong: "fallback_territory: globex-nl",
      on: "fallback_territory: globex-nl",
    },
    "lies in another identity boundary",
  ));
