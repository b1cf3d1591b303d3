import type { Match } from "../normalize/match.ts";
import type { Term } from "./models.ts";

/** Fields of which some values are everybody's: see app_private.decide_matches. */
const FIELDS = [
  "first_name",
  "last_name",
  "street",
  "city",
  "postal_code",
  "company",
  "company_domain",
] as const;
const FREQUENT = 3; // how often a value must stand to be worth a row, besides its share
const FREQUENT_SHARE = 0.0005;

/** How rare a value may be taken for that stands hardly ever: nobody has seen everybody. */
const RAREST_SHARE = 0.0001;
const RARE_SHARE = 0.002;

/**
 * The values that stand often among people, each with its share of those whose field is known; and under an empty
 * term the share that any other value of the field is taken to have.
 */
export function termsOf(people: readonly Match[]): Term[] {
  return FIELDS.flatMap((field) => {
    const counts = new Map<string, number>();
    let known = 0;
    for (const person of people) {
      const value = person[field];
      if (value === undefined) continue;
      known += 1;
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    if (known === 0) return [];
    const rare = Math.min(RARE_SHARE, Math.max(RAREST_SHARE, 2 / known));
    const frequent = [...counts].filter(
      ([, count]) => count >= FREQUENT && count / known >= Math.max(rare, FREQUENT_SHARE),
    );
    return [
      { field, term: "", share: rare },
      ...frequent.map(([term, count]) => ({ field, term, share: count / known })),
    ];
  });
}
