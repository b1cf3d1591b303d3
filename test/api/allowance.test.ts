import { expect, test } from "vitest";
import { makeAllowance } from "../../src/api/allowance.ts";

test("a burst at once, then so much a second; a debt is paid before anything else", () => {
  let at = 0;
  const { take, charge } = makeAllowance({ perSecond: 2, burst: 3 }, () => at);
  expect([take("a"), take("a"), take("a"), take("a")]).toEqual([null, null, null, 0.5]);
  at = 500;
  expect([take("a"), take("a")]).toEqual([null, 0.5]);
  charge("a", 4);
  expect(take("a")).toBe(2.5);
  at = 3_000;
  expect([take("a"), take("b")]).toEqual([null, null]);
});

test("nobody saves more than a burst, and without a rate there is no limit", () => {
  let at = 0;
  const { take } = makeAllowance({ perSecond: 1, burst: 2 }, () => at);
  take("a");
  at = 3_600_000;
  expect([take("a"), take("a"), take("a")]).toEqual([null, null, 1]);
  const free = makeAllowance(undefined);
  free.charge("a", 1e9);
  expect(free.take("a")).toBeNull();
});
