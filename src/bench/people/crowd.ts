import type { Random } from "../../cli/demo/random.ts";
import {
  type Facts,
  inventBirthDate,
  inventFacts,
  inventHome,
  inventMail,
  inventPhone,
  pickFrequent,
} from "./invent.ts";
import { NAMES } from "./names.ts";
import { LANDS, type Land } from "./places.ts";
import { SLIPS, type SlipName } from "./slips.ts";

/** Somebody as they are. `traps`: marks that they share with others who must not be taken for them. */
export type Person = { number: number; facts: Facts; traps: string[] };

/** One row of a file: what it says, whom it means, and what went wrong on the way. */
export type Sighting = Person & { slips: SlipName[] };

/** People beside the one before who are like them, and are not them. */
export const TRAPS = {
  /** Partners, parents, sisters: one address, one telephone, one surname. */
  household: ({ facts, land, random }) => ({
    ...facts,
    ...anotherFirstName(facts, land, random),
    birth_date: inventBirthDate(random),
  }),
  /** Born on the same day as well. */
  twins: ({ facts, land, random }) => ({ ...facts, ...anotherFirstName(facts, land, random) }),
  /** Father and son of one name. */
  junior: ({ facts, land, random }) => ({
    ...facts,
    birth_date: `${Number(facts.birth_date.slice(0, 4)) + 22 + random.below(14)}-${inventBirthDate(random).slice(5)}`,
    email: inventMail(random, land, facts.first_name, facts.last_name),
  }),
  /** Of the same name, and nothing else in common. */
  namesake: ({ facts, land, random }) => ({
    ...inventFacts(random, land),
    first_name: facts.first_name,
    last_name: facts.last_name,
  }),
  /** A colleague behind the same telephone of the firm. */
  front_desk: ({ facts, land, random }) => ({ ...colleague(facts, land, random), phone: facts.phone }),
  /** A colleague who writes from the same address, info@. */
  role_address: ({ facts, land, random }) => ({
    ...colleague(facts, land, random),
    email: facts.email,
  }),
  colleague: ({ facts, land, random }) => colleague(facts, land, random),
} as const satisfies Record<string, (given: { facts: Facts; land: Land; random: Random }) => Facts>;

export type TrapName = keyof typeof TRAPS;

export type CrowdPlan = {
  /** Countries, the frequent ones first. */
  lands: readonly string[];
  people: number;
  /** Percent of all people who have such a neighbor. */
  traps: Partial<Record<TrapName, number>>;
};

/** People one after the other; neighbors of a trap follow each other. */
export function* inventCrowd(random: Random, { lands, people, traps }: CrowdPlan): Generator<Person> {
  for (let number = 1; number <= people; ) {
    const land = LANDS[pickFrequent(random, lands)];
    if (land === undefined) throw new Error(`There is no land among ${lands}.`);
    let facts = inventFacts(random, land);
    const trap = drawTrap(random, traps);
    if (trap === undefined) {
      yield { number, facts, traps: [] };
      number += 1;
      continue;
    }
    if (trap === "role_address") facts = { ...facts, email: `info@${facts.company_domain}` };
    const mark = `${trap}:${number}`;
    yield { number, facts, traps: [mark] };
    yield { number: number + 1, facts: TRAPS[trap]({ facts, land, random }), traps: [mark] };
    number += 2;
  }
}

/** The person as the next record has them: so many slips, drawn from these. */
export function sight(person: Person, random: Random, count: number, among: readonly SlipName[]): Sighting {
  let { facts } = person;
  const slips: SlipName[] = [];
  for (let n = 0; n < count; n += 1) {
    const slip = random.pick(among);
    facts = SLIPS[slip](facts, random);
    slips.push(slip);
  }
  return { ...person, facts, slips };
}

function drawTrap(random: Random, traps: CrowdPlan["traps"]): TrapName | undefined {
  let mark = random.below(1_000) / 10;
  for (const trap of trapNames()) {
    mark -= (traps[trap] ?? 0) / 2; // two people at a time
    if (mark < 0) return trap;
  }
  return undefined;
}

export function trapNames(): TrapName[] {
  return Object.keys(TRAPS).filter((name): name is TrapName => name in TRAPS);
}

function anotherFirstName(facts: Facts, land: Land, random: Random): Pick<Facts, "first_name" | "email"> {
  const others = NAMES[land.language].first.filter((name) => name !== facts.first_name);
  const first_name = pickFrequent(random, others);
  return { first_name, email: inventMail(random, land, first_name, facts.last_name) };
}

function colleague(facts: Facts, land: Land, random: Random): Facts {
  const other = inventFacts(random, land);
  const { company, company_domain } = facts;
  const name = other.email.split("@")[0] ?? "";
  return {
    ...other,
    ...inventHome(random, land),
    phone: inventPhone(random, land),
    email: `${name}@${company_domain}`,
    company,
    company_domain,
  };
}
