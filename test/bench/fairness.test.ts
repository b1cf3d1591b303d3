import { expect } from "vitest";
import { deviations } from "../../src/bench/deviation.ts";
import { inOrder, measureFairness } from "../../src/bench/fairness.ts";
import { createDatabase, test } from "../support/database.ts";

test("with absences and capacity, four workers deal as one does, within a lead of the fair share", async ({
  database,
}) => {
  const other = await createDatabase();
  try {
    const [one, four] = [
      await measureFairness(database.urls, 1, 400),
      await measureFairness(other.urls, 4, 400),
    ];
    expect(inOrder(four)).toBe(inOrder(one));
    expect(one.deals).toHaveLength(1_600);
    expect(Math.max(one.worst, four.worst)).toBeLessThanOrEqual(1);
    const patterns = new Set(one.deals.map(({ present }) => present.toSorted().join()));
    expect([...patterns].sort()).toEqual(["1", "1,3", "1,3,5", "3,5"]); // away, full, back
  } finally {
    await other.drop();
  }
});

test("the distance is told of whoever got too much, and of whoever got too little", () => {
  const unfair = Array.from({ length: 3 }, () => ({ team: "a", owner: "a-1", present: [1, 1.5] }));
  expect(deviations(unfair).get("a-1")).toBeCloseTo(1.8);
  expect(deviations(unfair).get("a-1.5")).toBeCloseTo(1.8);
  expect(deviations([{ team: "a", owner: "a-1", present: [1] }]).get("a-1")).toBe(0);
});
