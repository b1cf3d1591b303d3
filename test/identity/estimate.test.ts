import { expect, test } from "vitest";
import {
  estimate,
  FIELDS,
  LEVELS,
  type Model,
  type Pattern,
  type Sample,
  weightsOf,
} from "../../src/identity/estimate.ts";

type Field = (typeof FIELDS)[number];
const [UNKNOWN, DIFFERENT, , CLOSE, SAME] = [0, 1, 2, 3, 4];
const KNOWN = ["first_name", "last_name", "birth_date"] as const;

/** What an author would guess: of one person's records nine in ten agree, of strangers' one in a thousand. */
const PRIOR: Model = {
  same: shares({}, [0.04, 0.03, 0.03, 0.9]),
  strangers: shares({}, [0.979, 0.01, 0.01, 0.001]),
  household: shares(
    { first_name: [0.97, 0.01, 0.01, 0.01], birth_date: [0.97, 0.01, 0.01, 0.01] },
    [0.04, 0.03, 0.03, 0.9],
  ),
  householdBits: 1.5,
  priorShare: 0.3,
};

test("the shares of a crowd are found again, without being told who is whom", () => {
  const crowd = { close: 0.2, people: 4_000, pairs: 1_200 };
  const model = estimate(sampleOf(crowd), PRIOR);
  for (const field of KNOWN) {
    expect(shareOf(model.same, field, CLOSE)).toBeCloseTo(crowd.close, 1);
    expect(shareOf(model.same, field, SAME)).toBeCloseTo(1 - crowd.close, 1);
    expect(shareOf(model.strangers, field, SAME)).toBeCloseTo(0.001, 3);
  }
  expect(model.priorShare / (1 - model.priorShare)).toBeCloseTo((2 * crowd.pairs) / crowd.people, 1);
});

test("the shares of every field add up, and a field that nobody has stays as it was", () => {
  const model = estimate(sampleOf({ close: 0.2, people: 4_000, pairs: 1_200 }), PRIOR);
  for (const [field, name] of FIELDS.entries()) {
    for (const one of [model.same, model.strangers]) {
      const of = one.slice(field * LEVELS + 1, (field + 1) * LEVELS);
      expect([name, of.reduce((sum, share) => sum + share, 0)]).toEqual([name, expect.closeTo(1, 6)]);
    }
  }
  expect(shareOf(model.same, "street", SAME)).toBeCloseTo(0.9, 6);
});

test("few pairs leave the model nearly as it was", () => {
  const model = estimate(sampleOf({ close: 1, people: 20, pairs: 2 }), PRIOR);
  for (const field of KNOWN) {
    expect(Math.abs(shareOf(model.same, field, CLOSE) - 0.03)).toBeLessThan(0.1);
    expect(Math.abs(shareOf(model.strangers, field, SAME) - 0.001)).toBeLessThan(0.002);
  }
});

test("nobody at all is no reason to fail", () => {
  const model = estimate({ ...sampleOf({ close: 0, people: 0, pairs: 0 }), records: 1 }, PRIOR);
  expect([...model.same, ...model.strangers, model.householdBits].every(Number.isFinite)).toBe(true);
  expect(model.priorShare).toBeGreaterThan(0);
});

test("the more pairs are of one household, the less one of them is taken for one person", () => {
  const bits = [0, 300, 3_000].map((couples) => {
    const sample = sampleOf({ close: 0.1, people: 10_000, pairs: 1_000 });
    const patterns = [
      ...sample.patterns,
      pattern({ last_name: SAME, first_name: DIFFERENT, birth_date: DIFFERENT, street: SAME }, couples),
    ];
    return estimate({ ...sample, patterns }, PRIOR).householdBits;
  });
  expect(bits).toEqual(bits.toSorted((one, other) => other - one));
  expect((bits[0] ?? 0) - (bits[2] ?? 0)).toBeGreaterThan(1);
});

test("what household members share is not estimated", () => {
  expect(estimate(sampleOf({ close: 0.2, people: 4_000, pairs: 1_200 }), PRIOR).household).toEqual(
    PRIOR.household,
  );
});

test("weightsOf: nothing proves everything, nothing is impossible, and what is unknown says nothing", () => {
  expect(weightsOf([1, 0.5, 0.8, 1, 1e-9], [1, 0.25, 0.1, 0, 1])).toEqual([
    0,
    1,
    expect.closeTo(3, 6),
    18,
    -8,
  ]);
});

/** Flat, for each field the shares of different, partly, close and same. */
function shares(of: { [field in Field]?: number[] }, otherwise: number[]): number[] {
  return FIELDS.flatMap((field) => [1, ...(of[field] ?? otherwise)]);
}

function shareOf(flat: readonly number[], field: Field, level: number): number {
  return flat[FIELDS.indexOf(field) * LEVELS + level] ?? Number.NaN;
}

function pattern(levels: { [field in Field]?: number }, pairs: number): Pattern {
  return { levels: FIELDS.map((field) => levels[field] ?? UNKNOWN), pairs };
}

/**
 * People whose names and birth dates are known: so many pairs are of one person, each field of them close now and then, the
 * fields apart from each other; and ten times as many strangers agree in one field, by which they were looked up.
 */
function sampleOf({ close, people, pairs }: { close: number; people: number; pairs: number }): Sample {
  const patterns: Pattern[] = [];
  for (let which = 0; which < 2 ** KNOWN.length; which += 1) {
    const isClose = KNOWN.map((_, n) => Boolean(which & (2 ** n)));
    const share = isClose.reduce((product, one) => product * (one ? close : 1 - close), 1);
    const levels = Object.fromEntries(KNOWN.map((field, n) => [field, isClose[n] ? CLOSE : SAME]));
    patterns.push(pattern(levels, share * pairs));
  }
  for (const field of KNOWN) {
    const levels = Object.fromEntries(KNOWN.map((other) => [other, other === field ? SAME : DIFFERENT]));
    patterns.push(pattern(levels, (10 * pairs) / KNOWN.length));
  }
  const all = (people * (people - 1)) / 2;
  const isKnown = FIELDS.map((field) => KNOWN.some((known) => known === field));
  return {
    records: people,
    patterns,
    random: FIELDS.flatMap((_, n) => [
      0,
      isKnown[n] ? 49_000 : 0,
      isKnown[n] ? 500 : 0,
      isKnown[n] ? 500 : 0,
      0,
    ]),
    agreeing: isKnown.map((known) => (known ? all * 0.001 + pairs * (1 - close) : 0)),
    known: isKnown.map((known) => (known ? all : 0)),
  };
}
