import { test } from "vitest";
import { expectRefusal } from "./folder_of.ts";

const UK = "territory: uk, country: GB";
const FIRST = "slug: first-response, territory: global, target_seconds: 900";

test("a rule for no territory is refused", () =>
  expectRefusal(
    { file: "territory_rules.yaml", text: UK, wrong: "territory: gb, country: GB", on: "territory: gb" },
    'there is no territory "gb"',
  ));

test("a rule of a source that no path has is refused", () =>
  expectRefusal(
    { file: "territory_rules.yaml", text: UK, wrong: "territory: uk, source: webform", on: "webform" },
    'no capture path has the source "webform"',
  ));

test("a rule that matches everything is refused", () =>
  expectRefusal(
    { file: "territory_rules.yaml", text: UK, wrong: "territory: uk", on: "territory: uk" },
    "needs at least one of country",
  ));

test("points for no territory are refused", () =>
  expectRefusal(
    {
      file: "scoring_rules.yaml",
      text: "territory: globex, points: 20",
      wrong: "territory: globe, points: 20",
      on: "globe,",
    },
    'there is no territory "globe"',
  ));

test.for([
  ["{ territory: de, points: 5, reason: Nothing }", "needs at least one of condition, touches_min"],
  [
    "{ territory: de, points: 5, reason: Twice, touches_min: 2 }",
    "touches_min: is for rules of part: engagement",
  ],
  ["{ territory: de, part: engagement, points: 5, reason: Once, touches_min: 1 }", "touches_min"],
  ["{ territory: de, part: mood, points: 5, reason: Happy, condition: 'exists($.message)' }", "part"],
] as const)("the scoring rule %s is refused", ([rule, message]) => {
  const text = "{ territory: globex, points: 20";
  const wrong = `${rule}\n  - ${text}`;
  return expectRefusal({ file: "scoring_rules.yaml", text, wrong, on: rule }, message);
});

test("thresholds out of order are refused", () =>
  expectRefusal(
    { file: "sla_policies.yaml", text: FIRST, wrong: `${FIRST}, thresholds: [100, 80, 150]`, on: FIRST },
    "thresholds: must ascend",
  ));

test("thresholds without the breach are refused", () =>
  expectRefusal(
    { file: "sla_policies.yaml", text: FIRST, wrong: `${FIRST}, thresholds: [80, 150]`, on: FIRST },
    "thresholds: must include 100",
  ));

test("a kind of exception that is not shipped is refused", () =>
  expectRefusal(
    { file: "exception_policies.yaml", text: "captures_unprocessed", wrong: "boredom", on: "boredom" },
    "must be one of contract_violation",
  ));

test.for([
  ["[80, 100, { at: 150, do: [shout] }]", "thresholds.2.do.0: must be one of notify_owner, notify_manager"],
  ["[80, 100, { at: 150, do: [{ set_status: lost }] }]", "thresholds.2.do.0: must be one of notify_owner"],
  ["[100, { at: 150, do: [{ notify_channel: sales }] }]", '"sales": there is no such team'],
  ["[100, { at: 150, do: [{ notify_channel: sales-de }] }]", '"sales-de": it does not see all of "global"'],
  ["[100, { at: 90, do: [] }]", "thresholds: must ascend"],
] as const)("thresholds %s are refused", ([thresholds, message]) =>
  expectRefusal(
    { file: "sla_policies.yaml", text: FIRST, wrong: `${FIRST}, thresholds: ${thresholds}`, on: FIRST },
    message,
  ),
);

const OVERRIDE = "kind: captures_unprocessed, resolve_seconds: 1800";

test("a policy of exceptions that names an unknown team is refused", () =>
  expectRefusal(
    {
      file: "exception_policies.yaml",
      text: OVERRIDE,
      wrong: `${OVERRIDE}, fallback: nobody`,
      on: "kind: captures_unprocessed",
    },
    'fallback: there is no team "nobody"',
  ));

test("a case that must be had later than it must be solved is refused", () =>
  expectRefusal(
    {
      file: "exception_policies.yaml",
      text: OVERRIDE,
      wrong: `${OVERRIDE}, acknowledge_seconds: 3600`,
      on: "kind: captures_unprocessed",
    },
    "acknowledge_seconds: must not be longer than resolve_seconds",
  ));
