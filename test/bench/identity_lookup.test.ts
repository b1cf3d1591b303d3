import { expect } from "vitest";
import { measureLookup } from "../../src/bench/identity_lookup.ts";
import { test } from "../support/database.ts";

test("one arrival among some people is timed on both sides, and who came again is found", async ({
  database,
}) => {
  const size = { people: 400, arrivals: 80, warmUp: 20 };
  const { ours, peers } = await measureLookup(database.urls.superuser, size, () => {});
  expect(ours.milliseconds).toHaveLength(60);
  expect(ours.known).toBe(30);
  expect(ours.found).toBeGreaterThan(27);
  expect(ours.joinedStrangers).toBeLessThan(3);
  expect(peers).toHaveLength(2);
  for (const { milliseconds } of peers) expect(milliseconds).toHaveLength(60);
});
