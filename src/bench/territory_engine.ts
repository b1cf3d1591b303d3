import { Engine } from "json-rules-engine";
import type { Lead, Rule } from "./territory_sample.ts";

/**
 * The same rules in json-rules-engine, as its documentation writes them: one condition a column, the order as priorities,
 * stopped at the first that matches.
 */
export function makeRulesEngine(rules: readonly Rule[]): (lead: Lead) => Promise<string | null> {
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator<unknown, unknown>(
    "startsWith",
    (value, prefix) => typeof value === "string" && typeof prefix === "string" && value.startsWith(prefix),
  );
  const ordered = rules.toSorted((a, b) => specificityOf(b) - specificityOf(a) || a.position - b.position);
  for (const [at, rule] of ordered.entries()) {
    engine.addRule({
      conditions: { all: conditionsOf(rule) },
      event: { type: rule.territory },
      priority: ordered.length - at,
      onSuccess: () => {
        engine.stop();
      },
    });
  }
  return async (lead) => {
    const { events } = await engine.run({ ...lead, source: "web-form" });
    return events[0]?.type ?? null;
  };
}

function conditionsOf({ territory: _territory, position: _position, postal_prefix, ...columns }: Rule) {
  const equal = Object.entries(columns).map(([fact, value]) => ({ fact, operator: "equal", value }));
  return postal_prefix === undefined
    ? equal
    : [...equal, { fact: "postal_code", operator: "startsWith", value: postal_prefix }];
}

function specificityOf({ territory: _territory, position: _position, ...columns }: Rule): number {
  return 10 * Object.keys(columns).length + (columns.postal_prefix?.length ?? 0);
}
