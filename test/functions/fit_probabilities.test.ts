import type { ClientBase } from "pg";
import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

const fitted = (db: ClientBase, numbers: number[], leads: number[], won: number[]) =>
  oneValue<[number, number]>(db, "select app_private.fit_probabilities($1, $2, $3) as value", [
    numbers,
    leads,
    won,
  ]);
const logit = (share: number) => Math.log(share / (1 - share));

test("two numbers: the curve goes through both shares", async ({ db }) => {
  const [intercept, slope] = await fitted(db, [-1, 2], [1_000, 1_000], [100, 600]);
  expect(intercept - slope).toBeCloseTo(logit(0.1), 2);
  expect(intercept + 2 * slope).toBeCloseTo(logit(0.6), 2);
});

test("a number that says nothing, or the opposite, leaves the share of all", async ({ db }) => {
  expect(await fitted(db, [1, 2], [100, 100], [20, 20])).toEqual([expect.closeTo(logit(0.2), 9), 0]);
  expect(await fitted(db, [1, 2], [100, 100], [30, 10])).toEqual([expect.closeTo(logit(0.2), 9), 0]);
  expect(await fitted(db, [7], [100], [20])).toEqual([expect.closeTo(logit(0.2), 9), 0]);
});

test("a number that parts them without an error has an end: no endless curve", async ({ db }) => {
  const [intercept, slope] = await fitted(db, [0, 1], [100, 100], [0, 100]);
  expect(Number.isFinite(slope)).toBe(true);
  expect(slope).toBeGreaterThan(5);
  expect(intercept + slope / 2).toBeCloseTo(0, 6);
});

test("points from 0 to 100 fit as well as small numbers", async ({ db }) => {
  const [intercept, slope] = await fitted(db, [0, 50, 100], [500, 500, 500], [50, 150, 300]);
  const chance = (points: number) => 1 / (1 + Math.exp(-intercept - slope * points));
  expect([chance(0), chance(50), chance(100)]).toEqual([
    expect.closeTo(0.1, 1),
    expect.closeTo(0.3, 1),
    expect.closeTo(0.6, 1),
  ]);
});
