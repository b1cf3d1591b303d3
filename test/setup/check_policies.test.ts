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
