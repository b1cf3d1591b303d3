import { expect } from "vitest";
import { receiveOne, someone } from "../support/arrivals.ts";
import { merge, twoLeads } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

test("every id of a chain of merges leads to its end, and the branch of a lead is what lies below it", async ({
  db,
}) => {
  const { survivorId: b, mergedId: a } = await twoLeads(db);
  const { leadId: c } = await receiveOne(db, { attributes: someone() });
  await merge(db, b, a);
  await merge(db, c, b);
  for (const id of [a, b, c])
    expect(await oneValue(db, "select app_private.survivor_of($1) as value", [id])).toBe(c);
  expect(await oneValue(db, "select app_private.merged_branch($1) as value", [b])).toEqual([b, a]);
  expect(await oneValue(db, "select app_private.merged_branch($1) as value", [a])).toEqual([a]);
});

test("a lead that is not there has no survivor", async ({ db }) => {
  expect(await oneValue(db, "select app_private.survivor_of(uuidv7()) as value")).toBeNull();
});
