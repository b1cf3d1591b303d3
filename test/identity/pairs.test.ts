import { expect, test } from "vitest";
import { type Pair, pairsByChance, pairsByKey } from "../../src/identity/pairs.ts";

const people = (...keys: string[][]) => keys.map((of) => ({ keys: of }));
const sorted = (pairs: Iterable<Pair>) => [...pairs].map((pair) => pair.toSorted().join("-")).toSorted();

test("whoever shares a key is a pair, once, however many keys they share", () => {
  const crowd = people(["a", "b"], ["b", "a", "a"], ["c"], ["b"], [], ["c", "d"]);
  expect(sorted(pairsByKey(crowd))).toEqual(["0-1", "0-3", "1-3", "2-5"]);
});

test("a key that more than 32 share pairs nobody", () => {
  const many = (count: number) => people(...Array.from({ length: count }, () => ["city"]));
  expect([...pairsByKey(many(32))]).toHaveLength((32 * 31) / 2);
  expect([...pairsByKey(many(33))]).toEqual([]);
  expect([...pairsByKey(many(33).concat(people(["city", "x"], ["x"])))]).toHaveLength(1);
});

test("pairs of a thousand people are those that a plain comparison finds", () => {
  const crowd = Array.from({ length: 1_000 }, (_, n) => ({
    keys: [`tens ${n % 97}`, `mod ${n % 211}`, `own ${n}`],
  }));
  const plain = crowd.flatMap(({ keys }, one) =>
    crowd
      .slice(0, one)
      .flatMap((other, at) => (other.keys.some((key) => keys.includes(key)) ? [[one, at] as const] : [])),
  );
  expect(sorted(pairsByKey(crowd))).toEqual(sorted(plain));
});

test("pairs by chance are few among few, nobody with themselves, and the same again", () => {
  expect([...pairsByChance(0), ...pairsByChance(1)]).toEqual([]);
  expect([...pairsByChance(4)].length).toBeLessThanOrEqual(6);
  const drawn = [...pairsByChance(3_000)];
  expect(drawn.length).toBeGreaterThan(49_000);
  expect(drawn.length).toBeLessThanOrEqual(50_000);
  expect(drawn.every(([one, other]) => one !== other && one < 3_000 && other < 3_000)).toBe(true);
  expect(drawn).toEqual([...pairsByChance(3_000)]);
});
