/** Fields in the order of app_private.compare_people, five levels each: unknown, different, partly, close, same. */
export const FIELDS = [
  "first_name",
  "last_name",
  "birth_date",
  "street",
  "city",
  "postal_code",
  "region",
  "country",
  "company",
  "company_domain",
  "email",
  "phone",
] as const;
export const LEVELS = 5;

/** Of pairs whose field is known on both sides, the share that has each level; flat, as a model keeps it. */
export type Shares = readonly number[];

export type Model = {
  /** Of pairs of one person, of strangers, of two people of one household or office. */
  same: Shares;
  strangers: Shares;
  household: Shares;
  /** log2 of the odds that two records of one household or office are of one person. */
  householdBits: number;
  /** Of arrivals that are of somebody known. */
  priorShare: number;
};

/** Pairs that have the same levels in all fields. */
export type Pattern = { levels: readonly number[]; pairs: number };

export type Sample = {
  records: number;
  /** Pairs that share a key; all others are taken for strangers. */
  patterns: readonly Pattern[];
  /** Levels of pairs drawn by chance, flat counts. */
  random: readonly number[];
  /** Of each field, how many of all pairs agree: exact, from how often each value stands. */
  agreeing: readonly number[];
  /** Of each field, in how many pairs both sides are known. */
  known: readonly number[];
};

const ROUNDS = 40;
const PRIOR_PAIRS = 30; // how many pairs of one person the shipped shares weigh
const PRIOR_STRANGERS = 20_000;
const PRIOR_HOUSEHOLDS = 2;

/**
 * Shares and odds by expectation and maximization, without labels: each pair counts for each explanation as much as the
 * model of the round before makes it likely. What household members share is taken from `prior` and not estimated: from
 * names and birth dates alone nobody could tell them from people who moved. Few pairs leave the prior nearly as it was.
 */
export function estimate(sample: Sample, prior: Model): Model {
  let model = prior;
  for (let round = 0; round < ROUNDS; round += 1) model = improve(sample, model, prior);
  return model;
}

function improve(sample: Sample, model: Model, prior: Model): Model {
  const weights = weightsOf(model.same, model.strangers);
  const householdWeights = weightsOf(model.same, model.household);
  const strangerOdds = Math.log2(model.priorShare / (1 - model.priorShare) / sample.records);
  const counts = new Array<number>(FIELDS.length * LEVELS).fill(0);
  let same = 0;
  let household = 0;
  for (const { levels, pairs } of sample.patterns) {
    const againstStrangers = 2 ** -(weigh(levels, weights) + strangerOdds);
    const againstHousehold = 2 ** -(weigh(levels, householdWeights) + model.householdBits);
    const probability = 1 / (1 + againstStrangers + againstHousehold);
    same += probability * pairs;
    household += probability * againstHousehold * pairs;
    levels.forEach((level, field) => {
      const at = field * LEVELS + level;
      counts[at] = (counts[at] ?? 0) + probability * pairs;
    });
  }
  const allPairs = (sample.records * (sample.records - 1)) / 2;
  const perArrival = (2 * same) / Math.max(1, sample.records); // odds of an arrival against one record, times the records
  return {
    same: FIELDS.flatMap((_, field) => sharesOf(counts, prior.same, field, PRIOR_PAIRS)),
    strangers: FIELDS.flatMap((_, field) => strangersOf(sample, counts, prior.strangers, field, allPairs)),
    household: prior.household,
    householdBits: clamp(
      Math.log2((same + PRIOR_HOUSEHOLDS * 2 ** prior.householdBits) / (household + PRIOR_HOUSEHOLDS)),
      -4,
      8,
    ),
    priorShare: clamp(perArrival / (1 + perArrival), 0.02, 0.9),
  };
}

function sharesOf(counts: readonly number[], prior: Shares, field: number, weight: number): number[] {
  const levels = [1, 2, 3, 4].map((level) => {
    const at = field * LEVELS + level;
    return (counts[at] ?? 0) + weight * (prior[at] ?? 0);
  });
  const all = levels.reduce((sum, count) => sum + count, 0);
  return [1, ...levels.map((count) => count / all)];
}

/** Agreement from all pairs, less those of one person; the levels between from pairs drawn by chance. */
function strangersOf(
  sample: Sample,
  counts: readonly number[],
  prior: Shares,
  field: number,
  allPairs: number,
): number[] {
  const at = (level: number) => field * LEVELS + level;
  const known = sample.known[field] ?? 0;
  const scale = Math.min(1, allPairs / PRIOR_STRANGERS);
  const weight = PRIOR_STRANGERS * scale;
  const strangers = Math.max(0, (sample.agreeing[field] ?? 0) - (counts[at(4)] ?? 0));
  const agreement =
    known + weight === 0
      ? (prior[at(4)] ?? 0)
      : (strangers + weight * (prior[at(4)] ?? 0)) / (known + weight);
  const drawn = [1, 2, 3].map((level) => (sample.random[at(level)] ?? 0) + 500 * (prior[at(level)] ?? 0));
  const all = drawn.reduce((sum, count) => sum + count, 0);
  return [1, ...drawn.map((count) => (count / all) * (1 - agreement)), agreement];
}

/** In bits, as app_private.bits_of_shares. Nothing proves everything, and nothing is impossible. */
export function weightsOf(one: Shares, other: Shares): number[] {
  return one.map((share, at) =>
    at % LEVELS === 0 ? 0 : clamp(Math.log2(share / Math.max(other[at] ?? 0, 1e-9)), -8, 18),
  );
}

/** What app_private.weigh_levels does, apart from frequent values; a test holds them together. */
export function weigh(levels: readonly number[], weights: readonly number[]): number {
  const of = (field: number) => weights[field * LEVELS + (levels[field] ?? 0)] ?? 0;
  return (
    of(0) +
    of(1) +
    of(2) +
    of(3) +
    Math.max(0, of(4), of(5), of(6)) +
    Math.min(0, of(4), of(5), of(6), of(7)) +
    Math.max(0, of(8), of(9)) +
    Math.min(0, of(8), of(9)) +
    of(10) +
    of(11)
  );
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
