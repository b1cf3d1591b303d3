/** Chances that come out the same for the same seed. */
export type Chance = {
  /** A whole number from 0, smaller than `limit`. */
  below: (limit: number) => number;
  oneIn: (number: number) => boolean;
};

/** mulberry32: small, and even enough to choose moments by. */
export function makeChance(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, oneIn: (number) => below(number) === 0 };
}
