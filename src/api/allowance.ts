export type Rate = { perSecond: number; burst: number };

export type Allowance = {
  /** Takes one. Null: go on; else how many seconds to wait. */
  take: (whose: string) => number | null;
  /** What a request turned out to cost beyond the one taken: it may leave a debt. */
  charge: (whose: string, cost: number) => void;
};

/**
 * What each may ask of this process: so much a second, and `burst` at once. A request is let in while anything is left,
 * and pays when its cost is known, so that a dear one makes the next ones wait. Without a rate there is no limit.
 */
export function makeAllowance(rate: Rate | undefined, now = () => performance.now()): Allowance {
  if (rate === undefined) return { take: () => null, charge: () => {} };
  const { perSecond, burst } = rate;
  const buckets = new Map<string, { left: number; at: number }>();

  const bucketOf = (whose: string) => {
    const at = now();
    const known = buckets.get(whose);
    buckets.delete(whose); // inserted again it stands last, so the first was asked for longest ago
    const left =
      known === undefined ? burst : Math.min(burst, known.left + ((at - known.at) / 1_000) * perSecond);
    const bucket = { left, at };
    const [oldest] = buckets.keys();
    if (buckets.size >= MOST_BUCKETS && oldest !== undefined) buckets.delete(oldest);
    buckets.set(whose, bucket);
    return bucket;
  };

  return {
    take: (whose) => {
      const bucket = bucketOf(whose);
      if (bucket.left < 1) return (1 - bucket.left) / perSecond;
      bucket.left -= 1;
      return null;
    },
    charge: (whose, cost) => {
      bucketOf(whose).left -= cost;
    },
  };
}

/** Nobody loses anything but a debt: a bucket that is forgotten is full. */
const MOST_BUCKETS = 10_000;
