import type { Match } from "../normalize/match.ts";

/** Two people, by their place in the list. */
export type Pair = readonly [number, number];

/** More do not fit beside a hash in a number. */
export const MOST_PEOPLE = 2 ** 20;

const CROWD = 32; // as app_private.find_holders: a key that more share is not followed
const RANDOM_PAIRS = 50_000;
const PAIRS_EACH = 20;

/**
 * Pairs that share a key, each once and always in the same order. Keys lie in one array of numbers, and which pairs came
 * already is read from the groups that both are in: memory grows with the keys, not with the pairs.
 */
export function* pairsByKey(people: readonly Match[]): Generator<Pair> {
  const holders = holdersOf(people);
  const groups = people.map((): number[] => []); // that somebody is in, of those gone through
  for (let from = 0, end = 0; from < holders.length; from = end) {
    end = endOfGroup(holders, from);
    if (end - from < 2 || end - from > CROWD) continue;
    const members = Array.from(holders.subarray(from, end), (holder) => holder % MOST_PEOPLE);
    for (const [place, one] of members.entries()) {
      for (const other of members.slice(0, place))
        if (!haveMet(groups[one], groups[other])) yield [one, other];
    }
    for (const member of members) groups[member]?.push(from);
  }
}

/** The same pairs every time, so that a training can be repeated. Of few people few: there is no more to learn from them. */
export function* pairsByChance(people: number): Generator<Pair> {
  let state = 42;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * people);
  };
  const wanted = Math.min(RANDOM_PAIRS, PAIRS_EACH * people, (people * (people - 1)) / 2);
  for (let drawn = 0; drawn < wanted; drawn += 1) {
    const one = next();
    const other = next();
    if (one !== other) yield [one, other];
  }
}

/** Who has which key, sorted by the key's hash. Two keys of one hash are no harm: strangers are compared in vain. */
function holdersOf(people: readonly Match[]): Float64Array {
  if (people.length > MOST_PEOPLE) throw new Error(`More than ${MOST_PEOPLE} people cannot be compared.`);
  const holders = new Float64Array(people.reduce((count, { keys }) => count + keys.length, 0));
  let at = 0;
  for (const [person, { keys }] of people.entries()) {
    for (const hash of new Set(keys.map(hashOf))) {
      holders[at] = hash * MOST_PEOPLE + person;
      at += 1;
    }
  }
  return holders.subarray(0, at).sort();
}

/** FNV-1a, 32 bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

function endOfGroup(holders: Float64Array, from: number): number {
  const last = Math.floor((holders[from] ?? 0) / MOST_PEOPLE) * MOST_PEOPLE + MOST_PEOPLE - 1;
  let end = from + 1;
  while (end < holders.length && (holders[end] ?? 0) <= last) end += 1;
  return end;
}

function haveMet(one: readonly number[] = [], other: readonly number[] = []): boolean {
  return one.some((group) => other.includes(group));
}
