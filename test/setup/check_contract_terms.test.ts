import { test } from "vitest";
import { expectRefusal, type Fault } from "./folder_of.ts";

/** One more line in the contract of the partner's feed. */
function fault(line: string): Fault {
  const text = "      fallback_territory: de\n";
  return { file: "capture_paths.yaml", text, wrong: `${text}      ${line}\n`, on: line };
}

test("a territory rule for no territory is refused", () =>
  expectRefusal(
    fault(`territory_rules: [{ territory: gb, condition: "exists($.phone)" }]`),
    'there is no territory "gb"',
  ));

test("a territory rule over an identity boundary is refused", () =>
  expectRefusal(
    fault(`territory_rules: [{ territory: globex-nl, condition: "exists($.phone)" }]`),
    '"globex-nl" lies in another identity boundary than "de"',
  ));

test("a routing to no team is refused", () =>
  expectRefusal(fault("routing: { team: closers }"), 'there is no team "closers"'));

test("a routing to another client's team is refused", () =>
  expectRefusal(fault("routing: { team: sales-globex-nl }"), "would never take a lead"));

test("terms for an exception that cannot happen are refused", () =>
  expectRefusal(fault("exceptions: { boredom: { resolve_seconds: 60 } }"), "must be one of"));

test("terms that say nothing are refused", () =>
  expectRefusal(fault("exceptions: { no_territory: {} }"), "needs a duty, a resolve_seconds or both"));
