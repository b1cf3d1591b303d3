import { expect, test } from "vitest";
import { describeChanges } from "../../src/setup/describe_changes.ts";
import { type Change, difference } from "../../src/setup/difference.ts";
import { type Row, type Rows, stateOf } from "../../src/setup/state.ts";

const NOTHING: Rows = {
  territories: [],
  calendars: [],
  actors: [],
  sign_ins: [],
  teams: [],
  capture_paths: [],
  contracts: [],
  responsibilities: [],
  territory_rules: [],
  scoring_rules: [],
  survivorship_rules: [],
  routing_rules: [],
  gate_rules: [],
  sla_policies: [],
  retention_rules: [],
  notification_channels: [],
  notification_policies: [],
  exception_policies: [],
};

test("the same twice differs in nothing, in whatever order named things stand", () => {
  const one = { slug: "one", name: "One" };
  const two = { slug: "two", name: "Two" };
  expect(changes({ territories: [one, two] }, { territories: [two, one] })).toEqual([]);
  expect(describeChanges([])).toEqual(["No changes."]);
});

test("what is new is added, what is gone is closed, what differs names its fields", () => {
  const found = changes(
    { sla_policies: [{ slug: "a", target_seconds: 900 }, { slug: "b" }] },
    {
      sla_policies: [
        { slug: "a", target_seconds: 300 },
        { slug: "c", target_seconds: 60 },
      ],
    },
  );
  expect(found.map(({ action, name }) => [action, name])).toEqual([
    ["change", "a"],
    ["add", "c"],
    ["close", "b"],
  ]);
  expect(describeChanges(found)).toEqual([
    "sla_policies",
    "  ~ a",
    "      target_seconds: 900 → 300",
    "  + c: target_seconds 60, thresholds 80, 100, 150",
    "  - b",
    "",
    "Plan: 1 to add, 1 to change, 1 to close.",
  ]);
});

test("names and addresses of people are not repeated", () => {
  const dora = { slug: "dora", name: "Dora Lindner", email: "dora@acme.example", memberships: [] };
  const partner = { slug: "partners", name: "Partners", contact_name: "Pieter van Dijk", members: [] };
  const found = changes(
    { actors: [dora] },
    { actors: [{ ...dora, name: "Dora Vogel", email: "vogel@acme.example" }], teams: [partner] },
  );
  const told = JSON.stringify(found) + describeChanges(found).join("\n");
  for (const personal of ["Lindner", "Vogel", "@acme", "Pieter"]) expect(told).not.toContain(personal);
  expect(told).toContain("name: changed (not shown: personal)");
});

test("a contract becomes its next version, and its changes are pointers without values", () => {
  const contract = { schema: { properties: { a: { maxLength: 1 } } }, reach: ["email"], history: false };
  const other = { schema: { properties: { a: { maxLength: 2 }, "b/c": {} } }, reach: ["email", "phone"] };
  const found = changes(
    { contracts: [{ slug: "web", version: 4, definition: contract }] },
    {
      contracts: [
        { slug: "web", definition: other },
        { slug: "new", definition: other },
      ],
    },
  );
  expect(describeChanges(found).slice(0, -1)).toEqual([
    "contracts",
    "  ~ web: version 4 → 5",
    "      ~ /schema/properties/a/maxLength",
    "      + /schema/properties/b~1c",
    "      + /reach/1",
    "      - /history",
    "  + new: version 1",
    "",
  ]);
});

test("what a closed path leaves behind is not taken away", () => {
  const before = {
    contracts: [{ slug: "web", version: 1, definition: {} }],
    responsibilities: [{ slug: "web", capture: "operations" }],
    exception_policies: [{ kind: "no_territory", duty: "capture" }],
  };
  expect(changes(before, {})).toEqual([]);
});

test("members join, leave and change their order", () => {
  const team = (...members: Row[]) => ({ teams: [{ slug: "sales", members }] });
  const [dora, dirk] = [{ actor: "dora" }, { actor: "dirk" }];
  const lines = (before: Partial<Rows>, after: Partial<Rows>) => describeChanges(changes(before, after))[2];
  expect(lines(team(dora, dirk), team(dora, { actor: "doris", capacity: 3 }))).toBe(
    "      members: - dirk, + doris (weight 1, capacity 3)",
  );
  expect(lines(team(dora, dirk), team(dirk, dora))).toBe("      members: dora, dirk → dirk, dora");
});

test.each([
  ["one more", "abc", "abxc", ["add x"]],
  ["one less", "abc", "ac", ["close b"]],
  ["one moved to the front", "abc", "cab", ["change c 3 → 1"]],
  ["the first moved to the end", "abc", "bca", ["change a 1 → 3"]],
  ["twice the same", "ab", "aba", ["add a"]],
  ["others altogether", "ab", "xy", ["add x", "add y", "close a", "close b"]],
  ["the same", "abc", "abc", []],
])("rules: %s", (_what, before, after, expected) => {
  const rules = (letters: string) => ({
    territory_rules: [...letters].map((letter) => ({ territory: letter, country: letter })),
  });
  const found = changes(rules(before), rules(after)).map(({ action, name, fields }) => {
    const [position] = fields.filter(({ field }) => field === "position");
    const move = position === undefined ? "" : ` ${position.before} → ${position.after}`;
    return `${action} ${name.slice(0, 1)}${move}`;
  });
  expect(found).toEqual(expected);
});

test("among ten thousand rules the one that moved is found", () => {
  const rules = Array.from({ length: 10_000 }, (_, n) => ({
    territory: "de",
    postal_prefix: `${10_000 + n}`,
  }));
  const [first, ...others] = rules;
  const found = changes({ territory_rules: rules }, { territory_rules: first ? [...others, first] : [] });
  expect(found.map(({ fields }) => fields)).toEqual([
    [{ field: "position", how: "changed", before: 1, after: 10_000 }],
  ]);
});

test("a rule that changes where it stands is changed, not replaced", () => {
  const rule = { territory: "de", points: 20, reason: "Phone given", condition: "exists($.phone)" };
  const found = changes({ scoring_rules: [rule] }, { scoring_rules: [{ ...rule, points: 25 }] });
  expect(describeChanges(found)).toEqual([
    "scoring_rules",
    '  ~ de: 20 for "Phone given"',
    "      points: 20 → 25",
    "",
    "Plan: 0 to add, 1 to change, 0 to close.",
  ]);
});

function changes(before: Partial<Rows>, after: Partial<Rows>): Change[] {
  return difference(stateOf({ ...NOTHING, ...before }), stateOf({ ...NOTHING, ...after }));
}
