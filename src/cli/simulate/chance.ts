import { makeRandom, type Random } from "../demo/random.ts";
import type { Chance, Duration } from "./model.ts";

/**
 * The numbers of one matter, which these words name: what happens to one lead does not depend on what happened to another
 * before, so two organizations are compared by the same arrivals and the same people.
 */
export function randomOf(seed: number, ...words: readonly (string | number)[]): Random {
  let hash = 0x811c9dc5; // FNV-1a
  for (const letter of [seed, ...words].join(" ")) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return makeRandom(hash);
}

/** From 0 to below 1. */
export function fraction({ below }: Random): number {
  return below(RESOLUTION) / RESOLUTION;
}

const RESOLUTION = 1_000_000_000;

export function happens(random: Random, share: number): boolean {
  return fraction(random) < share;
}

export function minutesOf(random: Random, { median_minutes, spread }: Duration): number {
  const normal = Math.sqrt(-2 * Math.log(1 - fraction(random))) * Math.cos(2 * Math.PI * fraction(random)); // Box-Muller
  return Math.max(1, Math.round(median_minutes * Math.exp(spread * normal)));
}

/** In how many minutes it happens; null: it does not. */
export function minutesUntil(random: Random, { share, time }: Chance): number | null {
  const minutes = minutesOf(random, time);
  return happens(random, share) ? minutes : null;
}

/** How many of what is rare and expected so often on average (Knuth, in steps where the average is large). */
export function countOf(random: Random, average: number): number {
  let count = 0;
  for (let left = average; left > 0; left -= STEP) {
    const limit = Math.exp(-Math.min(left, STEP));
    for (let product = fraction(random); product > limit; product *= fraction(random)) count += 1;
  }
  return count;
}

const STEP = 30;

/** One of them, by its weight; undefined where no weight is left. */
export function pickByWeight<Item>(
  random: Random,
  items: readonly { item: Item; weight: number }[],
): Item | undefined {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  let left = fraction(random) * total;
  return items.find(({ weight }) => {
    left -= weight;
    return weight > 0 && left < 0;
  })?.item;
}
