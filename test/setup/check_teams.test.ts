import { test } from "vitest";
import { expectRefusal } from "./folder_of.ts";

const file = "teams.yaml";
const NINA = "members: [{ actor: nina }]";

test("a team in no territory is refused", () =>
  expectRefusal(
    { file, text: "territory: us", wrong: "territory: usa", on: "territory: usa" },
    'there is no territory "usa"',
  ));

test("a team that takes leads and has no members is refused", () =>
  expectRefusal(
    {
      file,
      text: `takes_leads: true\n    escalates_to: globex-operations\n    ${NINA}`,
      wrong: "takes_leads: true # alone",
      on: "# alone",
    },
    "needs members to take them",
  ));

test("two teams that take the leads of one territory are refused", () =>
  expectRefusal(
    {
      file,
      text: "territory: fr\n    takes_leads: true",
      wrong: "territory: de\n    takes_leads: true # too",
      on: "# too",
    },
    '"sales-de" does so in "de"',
  ));

test("a member who is not there is refused", () =>
  expectRefusal(
    { file, text: NINA, wrong: "members: [{ actor: nora }]", on: "nora" },
    'there is no actor "nora"',
  ));

test("a member that is a machine is refused", () =>
  expectRefusal(
    { file, text: "{ actor: dirk }", wrong: "{ actor: partner }", on: "{ actor: partner }" },
    '"partner" is not a person',
  ));

test("a member who could not see the leads is refused", () =>
  expectRefusal(
    { file, text: NINA, wrong: "members: [{ actor: felix }] # far", on: "# far" },
    '"felix" has no membership that reaches "globex-nl"',
  ));

test("a partner without a named contact is refused", () =>
  expectRefusal(
    { file, text: "    contact_name: Pieter van Dijk\n", wrong: "", on: "kind: partner" },
    "a partner needs a contact_name",
  ));

test("an escalation to nobody is refused", () =>
  expectRefusal(
    {
      file,
      text: "escalates_to: globex-operations",
      wrong: "escalates_to: globex-sales",
      on: "globex-sales",
    },
    'there is no team "globex-sales"',
  ));

test("an escalation over the wall between clients is refused", () =>
  expectRefusal(
    {
      file,
      text: "escalates_to: globex-operations",
      wrong: "escalates_to: operations # theirs",
      on: "# theirs",
    },
    '"operations" belongs to another root',
  ));

test("an escalation in a circle is refused", () =>
  expectRefusal(
    {
      file,
      text: "handles_operations: true",
      wrong: "handles_operations: true\n    escalates_to: sales-de",
      on: "escalates_to: sales-de",
    },
    '"operations" would escalate to itself',
  ));
