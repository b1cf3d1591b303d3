import { expect, test } from "vitest";
import { median, per, percentile, ratio, spread } from "../../src/bench/statistics.ts";

test("a percentile is a value that was measured", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile(values, 1)).toBe(100);
  expect(percentile([7], 0.01)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test("a median of an even number of rounds lies between the two in the middle", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(spread([10, 30, 20])).toEqual({ median: 20, min: 10, max: 30 });
});

test("a ratio compares round with round, not the best with the worst", () => {
  expect(ratio([10, 40], [5, 10])).toEqual({ median: 3, min: 2, max: 4 });
});

test("what is not known stays unknown per lead", () => {
  expect(per(null, 10)).toBeNull();
  expect(per(5, 0)).toBeNull();
  expect(per(5, 10)).toBe(0.5);
});
