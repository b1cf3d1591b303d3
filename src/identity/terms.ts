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
 * The values that stand often among people, each with its share of those in the same country whose field is known; and
 * under an empty term the share that any other value of the field is taken to have. In one country (countByCountry).
 */
export function termsOf(people: readonly Match[]): Term[] {
  return FIELDS.flatMap((field) => {
    const countries = countByCountry(people, field);
    const sizes = [...countries.values()].map(sum);
    const known = sum(sizes);
    if (known === 0) return [];
    const neighbors = sum(sizes.map((size) => (size * size) / known)); // in the country of whoever is met
    const rare = Math.min(RARE_SHARE, Math.max(RAREST_SHARE, 2 / neighbors));
    const frequent = sharesOf(countries).filter(
      ({ count, share }) => count >= FREQUENT && share >= Math.max(rare, FREQUENT_SHARE),
    );
    return [{ field, term: "", share: rare }, ...frequent.map(({ term, share }) => ({ field, term, share }))];
  });
}

/** Who agrees on one of them agrees on the country, and this is where that counts. */
const PLACES: ReadonlySet<string> = new Set(["city", "postal_code", "region", "country"]);

/**
 * How often each value stands, country by country, people without one being one more: a name is no rarer in its country
 * for all the people of other markets, and first name, last name and street would each count the country again. Places
 * stand among all people.
 */
export function countByCountry(
  people: readonly Match[],
  field: Exclude<keyof Match, "keys">,
): Map<string, Map<string, number>> {
  const countries = new Map<string, Map<string, number>>();
  for (const person of people) {
    const value = person[field];
    if (value === undefined) continue;
    const country = PLACES.has(field) ? "" : (person.country ?? "");
    const counts = countries.get(country) ?? new Map<string, number>();
    countries.set(country, counts.set(value, (counts.get(value) ?? 0) + 1));
  }
  return countries;
}

/** Of each value, the share it has on average in the countries of those who have it. */
function sharesOf(
  countries: Map<string, Map<string, number>>,
): { term: string; count: number; share: number }[] {
  const terms = new Map<string, { count: number; weighted: number }>();
  for (const counts of countries.values()) {
    const size = sum(counts);
    for (const [term, here] of counts) {
      const { count, weighted } = terms.get(term) ?? { count: 0, weighted: 0 };
      terms.set(term, { count: count + here, weighted: weighted + (here * here) / size });
    }
  }
  return [...terms].map(([term, { count, weighted }]) => ({ term, count, share: weighted / count }));
}

export function sum(numbers: readonly number[] | Map<string, number>): number {
  let all = 0;
  for (const number of numbers.values()) all += number;
  return all;
}
