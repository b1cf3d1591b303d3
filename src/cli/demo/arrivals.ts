import { inventPerson, type Person, touch } from "./person.ts";
import { makeRandom, type Random } from "./random.ts";

/** One request to send. `kind` says for people what is special about it. */
export type DemoArrival = { kind: string; path: string; key: string; body: string; isSigned: boolean };

/**
 * The same arrivals for the same seed, keys included, so that sending them twice adds nothing. About a fifth of them
 * is bad on purpose, or comes twice.
 */
export function inventArrivals(options: { count: number; seed: number; hasPartner: boolean }): DemoArrival[] {
  const random = makeRandom(options.seed);
  const sent: Invented[] = [];
  for (let position = 0; position < options.count; position += 1) {
    const fresh = newcomer(random, `${options.seed}-${position}`, options.hasPartner);
    const chance = random.below(100);
    // Long enough ago to be answered by now, though many are under way at once.
    const earlier = position < LAG ? undefined : sent[random.below(position - LAG + 1)];
    if (earlier?.kind !== "new person" || chance >= 24) sent.push(fresh);
    else if (chance < 6) sent.push({ ...earlier, kind: "sent twice" });
    else if (chance < 16) sent.push(again(random, earlier, fresh.key));
    else sent.push({ ...fresh, ...spoil(random, fresh.person) });
  }
  return sent.map(({ person: _, ...arrival }) => arrival);
}

const LAG = 30;

type Invented = DemoArrival & { person: Person };

/** The same person comes by another channel. */
function again(random: Random, earlier: Invented, key: string): Invented {
  const person = { ...earlier.person, ...touch(random) };
  return { ...earlier, kind: "known person again", key, person, body: text(person) };
}

function newcomer(random: Random, mark: string, hasPartner: boolean): Invented {
  const door = random.below(10);
  const isPartner = hasPartner && door === 9;
  const path = isPartner ? "partner-feed" : door >= 7 ? "globex-form" : "web-form";
  const person = inventPerson(random, mark);
  // The other client sells in one country.
  if (path === "globex-form") person.country = "NL";
  const key = `demo-${mark}`;
  return { kind: "new person", path, key, body: text(person), isSigned: isPartner, person };
}

/** What comes in at real doors: kept and quarantined, but for the door that does not exist. */
function spoil(random: Random, person: Person): Partial<DemoArrival> {
  const { email: _, ...unreachable } = person;
  return random.pick<Partial<DemoArrival>>([
    { kind: "not JSON", body: "first_name=Ana&email=ana" },
    { kind: "nobody to reach", body: text(unreachable) },
    { kind: "unknown field", body: text({ ...person, favourite_colour: "blue" }) },
    { kind: "NUL in a name", body: text({ ...person, first_name: "A\u0000na" }) },
    { kind: "unknown path", path: "no-such-door" },
  ]);
}

function text(person: Person): string {
  return JSON.stringify(person);
}
