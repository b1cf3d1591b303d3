import type { ClientBase } from "pg";
import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { answer, changeStatus, clocksOf, pause } from "../support/clocks.ts";
import { test } from "../support/database.ts";
import { beginLater, everyRow, fire, forgetClock, merge, unmerge } from "../support/merges.ts";
import { oneValue } from "../support/rows.ts";

// First responses, which go from lead to lead, and what clock_to_keep holds of each: `bare` leads had no clock of their own
// and take over that of whom they take in.

test("a survivor that answered leaves the clock that it took over as it was at home, its pause included", async ({
  db,
}) => {
  const [bareId, waitingId] = [await bare(db), await waiting(db)];
  await pause(db, waitingId, await secondsLater(db, 100), await secondsLater(db, 1_100));
  const before = await clocksOf(db, waitingId, "first_response");
  await merge(db, bareId, waitingId, { asOf: await secondsLater(db, 200) });
  await answer(db, bareId, await secondsLater(db, 250));
  expect(await clocksOf(db, bareId, "first_response")).toMatchObject([{ stop_reason: null, elapsed: 100 }]);
  await unmerge(db, waitingId, { asOf: await secondsLater(db, 300) });
  expect(await clocksOf(db, waitingId, "first_response")).toEqual(before);
  await fire(db, 1_100);
  expect(await clocksOf(db, waitingId, "first_response")).toMatchObject([
    { paused_at: null, due_at: await secondsLater(db, 1_300) },
  ]);
});

test("what was done to it at a survivor is kept when that one is merged in its turn", async ({ db }) => {
  const [bareId, waitingId, lastId] = [await bare(db), await waiting(db), await waiting(db)];
  await merge(db, bareId, waitingId, { asOf: await secondsLater(db, 50) });
  await pause(db, bareId, await secondsLater(db, 100), await secondsLater(db, 1_100));
  await expectUndone(db, lastId, bareId);
});

test("one that was stopped at a survivor stands there as before when a further one took it over", async ({
  db,
}) => {
  const [bareId, waitingId, lastId] = [await bare(db), await waiting(db), await bare(db)];
  await merge(db, bareId, waitingId, { asOf: await secondsLater(db, 50) });
  await pause(db, bareId, await secondsLater(db, 60), await secondsLater(db, 90));
  await fire(db, 90);
  await answer(db, bareId, await secondsLater(db, 120));
  await expectUndone(db, lastId, bareId);
});

test("an answer from before a pause takes it back only while it counts", async ({ db }) => {
  const [bareId, waitingId, answeredId] = [await bare(db), await waiting(db), await waiting(db)];
  await answer(db, answeredId, await secondsLater(db, 70));
  await merge(db, bareId, waitingId, { asOf: await secondsLater(db, 50) });
  await pause(db, bareId, await secondsLater(db, 100), await secondsLater(db, 1_100));
  await expectUndone(db, bareId, answeredId);
});

test("a pause that an early answer took back counts again when only a later answer is left", async ({
  db,
}) => {
  const [homeId, earlyId, lateId] = [await waiting(db), await waiting(db), await waiting(db)];
  await answer(db, earlyId, await secondsLater(db, 20));
  await answer(db, lateId, await secondsLater(db, 190));
  await pause(db, homeId, await secondsLater(db, 50), await secondsLater(db, 150));
  await fire(db, 150);
  await merge(db, homeId, lateId, { asOf: await secondsLater(db, 200) });
  const elapsed = { stopped_at: await secondsLater(db, 190), elapsed: 90 };
  expect(await clocksOf(db, homeId, "first_response")).toMatchObject([elapsed]);
  await expectUndone(db, homeId, earlyId);
  expect(await clocksOf(db, homeId, "first_response")).toMatchObject([elapsed]);
});

test("a merged lead that was answered as another stands since the answer, wherever its clock had been", async ({
  db,
}) => {
  const [homeId, answeredId, middleId, lastId] = [
    await waiting(db),
    await waiting(db),
    await waiting(db),
    await bare(db),
  ];
  await answer(db, answeredId, await secondsLater(db, 20));
  await answer(db, middleId, await secondsLater(db, 40));
  await merge(db, homeId, answeredId, { asOf: await secondsLater(db, 60) });
  await merge(db, middleId, homeId, { asOf: await secondsLater(db, 80) });
  await expectUndone(db, lastId, middleId);
});

test("it goes straight home when its lead leaves from below, and the survivors go without", async ({
  db,
}) => {
  const [homeId, middleId, lastId] = [await waiting(db), await bare(db), await bare(db)];
  const alone = await everyRow(db);
  await merge(db, middleId, homeId, { asOf: await secondsLater(db, 50) });
  await merge(db, lastId, middleId, { asOf: await secondsLater(db, 60) });
  expect(await clocksOf(db, lastId, "first_response")).toMatchObject([{ stopped_at: null }]);
  await unmerge(db, homeId, { asOf: await secondsLater(db, 70) });
  expect(await clocksOf(db, homeId, "first_response")).toMatchObject([{ stopped_at: null }]);
  await unmerge(db, middleId, { asOf: await secondsLater(db, 80) });
  expect(await everyRow(db)).toEqual(alone);
});

test("a survivor keeps the clock that it took over when another would come first", async ({ db }) => {
  const [lastId, calledId, laterId, firstId] = [
    await bare(db),
    await waiting(db),
    await waiting(db),
    await waiting(db),
  ];
  await beginLater(db, laterId, 30);
  await answer(db, calledId, await secondsLater(db, 20)); // before the one began, after the other
  for (const [n, id] of [calledId, laterId, firstId].entries()) {
    await merge(db, lastId, id, { asOf: await secondsLater(db, 100 + n) });
  }
  const began = [{ started_at: await secondsLater(db, 0) }];
  expect(await clocksOf(db, lastId, "first_response")).toMatchObject(began);
  await unmerge(db, calledId, { asOf: await secondsLater(db, 200) });
  expect(await clocksOf(db, lastId, "first_response")).toMatchObject(began);
  await expectUndone(db, await waiting(db), lastId);
});

test("a status that says that somebody answered is the survivor's answer, also on a clock that it took over", async ({
  db,
}) => {
  const [bareId, answeredId, waitingId] = [await bare(db), await waiting(db), await waiting(db)];
  await answer(db, answeredId, await secondsLater(db, 20));
  await merge(db, bareId, answeredId, { asOf: await secondsLater(db, 30) });
  await merge(db, bareId, waitingId, { asOf: await secondsLater(db, 40) });
  await changeStatus(db, bareId, "contacted", await secondsLater(db, 60));
  await unmerge(db, answeredId, { asOf: await secondsLater(db, 70) });
  const clock = { stopped_at: await secondsLater(db, 60), stop_reason: null };
  expect(await clocksOf(db, bareId, "first_response")).toMatchObject([clock]);
  expect(
    await oneValue(db, "select first_responded_at as value from app_public.leads where id = $1", [bareId]),
  ).toEqual(clock.stopped_at);
});

/** Merged and taken out again, everything is as it was, to the row. */
async function expectUndone(db: ClientBase, survivorId: string, mergedId: string): Promise<void> {
  const before = await everyRow(db);
  await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 500) });
  await unmerge(db, mergedId, { asOf: await secondsLater(db, 600) });
  expect(await everyRow(db)).toEqual(before);
}

async function waiting(db: ClientBase): Promise<string> {
  return (await receiveOne(db, { attributes: someone() })).leadId;
}

async function bare(db: ClientBase): Promise<string> {
  const id = await waiting(db);
  await forgetClock(db, id);
  return id;
}
