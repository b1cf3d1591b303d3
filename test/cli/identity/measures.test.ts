import { expect, test } from "vitest";
import { measure } from "../../../src/cli/identity/measures.ts";
import { wrongPairs } from "../../../src/cli/identity/wrong_pairs.ts";

const placed = (...pairs: [truth: string | null, lead: string][]) =>
  pairs.map(([truth, lead]) => ({ truth, lead }));

test("whoever was found whole and alone is perfect", () => {
  expect(measure(placed(["a", "1"], ["a", "1"], ["b", "2"]))).toEqual({
    records: 3,
    truePairs: 1,
    foundPairs: 1,
    precision: 1,
    recall: 1,
    f1: 1,
    clusterF1: 1,
  });
});

test("pairs are all pairs of a lead, so one stranger among three costs three of them", () => {
  const measures = measure(placed(["a", "1"], ["a", "1"], ["a", "1"], ["b", "1"]));
  expect(measures).toMatchObject({ truePairs: 3, foundPairs: 6, precision: 0.5, recall: 1 });
  expect(measures.f1).toBeCloseTo(2 / 3);
  expect(measures.clusterF1).toBe(0);
});

test("a person of one record counts as a cluster, and one split in two is not found", () => {
  const measures = measure(placed(["a", "1"], ["a", "2"], ["b", "3"]));
  expect(measures).toMatchObject({ truePairs: 1, foundPairs: 0, precision: 1, recall: 0, f1: 0 });
  expect(measures.clusterF1).toBeCloseTo((2 * 1) / (2 + 3));
});

test("records without a truth are nobody else, not one another", () => {
  expect(measure(placed([null, "1"], [null, "1"]))).toMatchObject({
    truePairs: 0,
    foundPairs: 1,
    precision: 0,
  });
});

test("names that look like each other's keys are not taken for each other", () => {
  expect(measure(placed(["a", 'b","c'], ['a","b', "c"], [null, "x"], ["alone 2", "y"]))).toMatchObject({
    truePairs: 0,
    foundPairs: 0,
    clusterF1: 1,
  });
});

test("no records at all are no reason to fail", () => {
  expect(measure([])).toMatchObject({ records: 0, precision: 1, recall: 1, f1: 1, clusterF1: 1 });
});

test("wrong pairs are those that truth and leads tell apart", () => {
  const truths = ["a", "a", "b", null, null].map((truth) => ({ truth }));
  expect(wrongPairs(truths, ["1", "2", "2", "3", "3"])).toEqual([
    { fault: "wrongly joined", pair: [1, 2] },
    { fault: "wrongly joined", pair: [3, 4] },
    { fault: "missed", pair: [0, 1] },
  ]);
});
