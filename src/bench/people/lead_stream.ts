import { makeRandom, type Random } from "../../cli/demo/random.ts";
import { type Attributes, normalizeAttributes } from "../../normalize/attributes.ts";
import { type Match, matchOf } from "../../normalize/match.ts";
import { type CrowdPlan, inventCrowd, type Person, type Sighting, sight } from "./crowd.ts";
import type { Facts } from "./invent.ts";
import type { SlipName } from "./slips.ts";

/** Countries that the sample organization serves. */
const CROWD = {
  lands: ["de", "fr", "gb", "br"],
  traps: { household: 4, front_desk: 4, role_address: 2, colleague: 8, namesake: 2 },
} satisfies Partial<CrowdPlan>;

const SLIPS: SlipName[] = [
  "typo",
  "new_mail",
  "work_mail",
  "new_phone",
  "national_phone",
  "nickname",
  "accents",
  "moved",
];

/** People, each once and in order. */
export function inventLeads(seed: number, people: number): Generator<Person> {
  return inventCrowd(makeRandom(seed), { ...CROWD, people });
}

/** Somebody known who comes again, with one or two things changed. */
export function comesAgain(person: Person, random: Random): Sighting {
  return sight(person, random, 1 + random.below(2), SLIPS);
}

/** Arrivals of which every fifth is of somebody who came before, up to so many people ago. */
export function* inventArrivals(seed: number, count: number): Generator<Facts> {
  const random = makeRandom(seed + 1);
  const recent: Person[] = [];
  let n = 0;
  for (const person of inventLeads(seed, count)) {
    const known = recent.length > 0 && n % 5 === 4 ? random.pick(recent) : undefined;
    yield known === undefined ? person.facts : comesAgain(known, random).facts;
    recent[n % MEMORY] = person;
    n += 1;
    if (n === count) return;
  }
}

const MEMORY = 200_000;

/** What stages 3 and 4 make of it, with what is compared. */
export function attributesOf(facts: Facts): MatchedAttributes {
  const { house, street, ...rest } = facts;
  const fields = Object.fromEntries(
    Object.entries({ ...rest, street: `${house} ${street}`.trim() }).filter(([, text]) => text !== ""),
  );
  const normalized = normalizeAttributes(fields, {
    defaultCountry: facts.country || null,
    timeZone: "UTC",
    receivedAt: NOW,
    reach: ["email", "phone"],
    externalIdSource: "bench",
  });
  const attributes = normalized.ok ? normalized.attributes : { identities: [], typed: {} };
  return { ...attributes, match: matchOf(attributes) };
}

export type MatchedAttributes = Attributes & { match: Match };

const NOW = new Date("2026-01-01T00:00:00Z");
