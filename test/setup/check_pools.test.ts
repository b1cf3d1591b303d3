import { test } from "vitest";
import { expectRefusal } from "./folder_of.ts";

const territories = "territories.yaml";
const GERMANY = "{ slug: de, parent: emea,";

test("a fallback that is no team is refused", () =>
  expectRefusal(
    { file: territories, text: GERMANY, wrong: `${GERMANY} fallback: overflow,`, on: "fallback: overflow" },
    'there is no team "overflow"',
  ));

test("a fallback whose people would not see the lead is refused", () =>
  expectRefusal(
    { file: territories, text: GERMANY, wrong: `${GERMANY} fallback: sales-fr,`, on: "fallback: sales-fr" },
    '"sales-fr" belongs to "fr", which does not reach "de"',
  ));

test("a pool without members is refused where leads would escalate to it", () =>
  expectRefusal(
    {
      file: "teams.yaml",
      text: "handles_operations: true\n    members: [{ actor: gus }]",
      wrong: "handles_operations: true",
      on: "escalates_to: globex-operations",
    },
    '"globex-operations" has no members to take leads',
  ));

test("time to accept without anybody to accept is refused", () =>
  expectRefusal(
    {
      file: "teams.yaml",
      text: "    handles_operations: true\n    members: [{ actor: olga }]",
      wrong: "    handles_operations: true\n    accept_seconds: 60",
      on: "accept_seconds: 60",
    },
    "needs members to accept them",
  ));

test("a night is two blocks", () =>
  expectRefusal(
    {
      file: "teams.yaml",
      text: "members: [{ actor: felix }]",
      wrong: 'members: [{ actor: felix }]\n    working_hours: [{ days: [mon], from: "22:00", to: "06:00" }]',
      on: "working_hours",
    },
    "must end after it starts: split a night at 24:00",
  ));
