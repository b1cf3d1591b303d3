import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { merge, twoLeads } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

// What happens at the same time, and follow_merges, which takes arrivals along: test/journey/merge_races.test.ts.
test("leads that stand for these, in the same order, however often one is named", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  const { survivorId: other } = await twoLeads(db);
  await merge(db, survivorId, mergedId);
  const roots = await asWorker(db, () =>
    oneValue(db, "select app_private.lock_roots($1) as value", [[mergedId, other, survivorId, mergedId]]),
  );
  expect(roots).toEqual([survivorId, other, survivorId, survivorId]);
});
