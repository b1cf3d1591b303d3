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

/** The deals speak of the ids of another path. */
function idsOf(slug: string): Fault {
  const wrong = `tells: { status: closed_won, external_ids_of: ${slug} }`;
  return {
    file: "capture_paths.yaml",
    text: "tells: { status: closed_won, external_ids_of: olist-mql }",
    wrong,
    on: wrong,
  };
}

test("ids of a path that is not there are refused", () =>
  expectRefusal(idsOf("crm"), 'there is no capture path "crm"'));

test("ids of another client's path are refused: none would ever be found", () =>
  expectRefusal(idsOf("globex-form"), '"globex-form" lies in another identity boundary'));

test("a path that tells of known leads has no rules about new ones", () =>
  expectRefusal(
    { ...fault("tells: { status: closed_won }"), on: "fallback_territory: de" },
    "means nothing where `tells` makes no lead",
  ));

test("terms for an exception that cannot happen are refused", () =>
  expectRefusal(fault("exceptions: { boredom: { resolve_seconds: 60 } }"), "must be one of"));

test("terms that say nothing are refused", () =>
  expectRefusal(fault("exceptions: { no_territory: {} }"), "needs a duty, a resolve_seconds or both"));
