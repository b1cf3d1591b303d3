import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { addPolicy, answer, clocksOf, hear, pause, segmentsOf } from "../support/clocks.ts";
import { fire, merge, twoLeads, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";

test("restore_clocks: all clocks of a merged lead stand, and are back after, at rest or running, with what they had used", async ({
  db,
}) => {
  await addPolicy(db, { slug: "end", kind: "outcome", target_seconds: 10_000 });
  const { survivorId, mergedId } = await twoLeads(db);
  await pause(db, mergedId, await secondsLater(db, 100), await secondsLater(db, 1_100));
  const before = await clocksOf(db, mergedId, "outcome");
  const segments = await segmentsOf(db, mergedId, "outcome");
  await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 200) });
  expect(await clocksOf(db, mergedId, "outcome")).toMatchObject([{ stop_reason: "merged", elapsed: 100 }]);
  await unmerge(db, mergedId, { asOf: await secondsLater(db, 300) });
  expect(await clocksOf(db, mergedId, "outcome")).toEqual(before);
  expect(await segmentsOf(db, mergedId, "outcome")).toEqual([
    ...segments,
    ["dirk", "new", "by_hand", 100],
    [null, "new", "by_hand", 100], // merged away it was nobody's
  ]);
  await fire(db, 1_100);
  expect(await clocksOf(db, mergedId, "outcome")).toMatchObject([
    { paused_at: null, due_at: await secondsLater(db, 11_000) },
  ]);
});

test("revive_clocks: who wrote as the merged lead waits again after the unmerge", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await answer(db, mergedId, await secondsLater(db, 10));
  await hear(db, mergedId, await secondsLater(db, 20));
  await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 30) });
  await unmerge(db, mergedId, { asOf: await secondsLater(db, 40) });
  expect(await clocksOf(db, mergedId, "next_response")).toMatchObject([
    { stopped_at: null, due_at: await secondsLater(db, 14_420) },
  ]);
});

test("a survivor that was answered as the other one goes on after, its pause included", async ({ db }) => {
  const { leadId: survivorId } = await receiveOne(db, { attributes: someone() });
  const { leadId: mergedId } = await receiveOne(db, { attributes: someone() });
  await answer(db, mergedId, await secondsLater(db, 50));
  await pause(db, survivorId, await secondsLater(db, 100), await secondsLater(db, 200));
  await fire(db, 210);
  await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 220) });
  expect(await clocksOf(db, survivorId, "first_response")).toMatchObject([
    { stop_reason: "merged", elapsed: 50 },
  ]);
  await unmerge(db, mergedId, { asOf: await secondsLater(db, 230) });
  expect(await clocksOf(db, survivorId, "first_response")).toMatchObject([
    { stopped_at: null, due_at: await secondsLater(db, 400) },
  ]);
});
