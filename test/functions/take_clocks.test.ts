import type { ClientBase } from "pg";
import { expect } from "vitest";
import { secondsLater } from "../support/arrivals.ts";
import { addPolicy, answer, changeStatus, hear, pause } from "../support/clocks.ts";
import { everyRow, merge, twoLeads, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

// Of decide_taken_clocks too. The sample organization has clocks of the first and of the next response.

test("who waits as the merged lead waits as the survivor, as long as before", async ({ db }) => {
  const { survivorId, mergedId } = await waiting(db);
  const before = await everyRow(db);
  await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 300) });
  expect(await running(db)).toMatchObject([
    { kind: "next_response", lead_id: survivorId, started_at: await secondsLater(db, 100) },
  ]);
  expect(
    await oneValue(db, "select sla_kind as value from app_public.leads where id = $1", [survivorId]),
  ).toBe("next_response");
  await unmerge(db, mergedId, { asOf: await secondsLater(db, 400) });
  expect(await everyRow(db)).toEqual(before);
});

test("not where the survivor runs one of that kind, is closed, or has answered since", async ({ db }) => {
  const { survivorId, mergedId } = await waiting(db);
  for (const act of [
    async () => hear(db, survivorId, await secondsLater(db, 150)),
    async () => answer(db, survivorId, await secondsLater(db, 200)),
    async () => changeStatus(db, survivorId, "closed_lost", await secondsLater(db, 250)),
  ]) {
    await act();
    const before = await running(db, survivorId);
    await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 300) });
    expect(await running(db)).toEqual(before);
    await unmerge(db, mergedId, { asOf: await secondsLater(db, 400) });
  }
});

test("the outcome is taken over; the time in a stage only by a lead that is in it", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await addPolicy(db, { slug: "stage", kind: "stage_time", status: "qualified", target_seconds: 600 });
  await addPolicy(db, { slug: "end", kind: "outcome", target_seconds: 6_000 });
  await changeStatus(db, mergedId, "closed_lost", await secondsLater(db, 10));
  await changeStatus(db, mergedId, "qualified", await secondsLater(db, 20));
  await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 30) });
  expect((await running(db)).map(({ kind }) => kind)).toEqual(["outcome"]);
  await unmerge(db, mergedId, { asOf: await secondsLater(db, 40) });
  expect((await running(db, mergedId)).map(({ kind }) => kind)).toEqual(["outcome", "stage_time"]);
});

test("a clock that goes from lead to lead comes back to each as it was there", async ({ db }) => {
  const { survivorId: middleId, mergedId: firstId } = await waiting(db);
  const { survivorId: lastId } = await twoLeads(db);
  await answer(db, lastId, await secondsLater(db, 50));
  const alone = await everyRow(db);
  await merge(db, middleId, firstId, { asOf: await secondsLater(db, 200) });
  await pause(db, middleId, await secondsLater(db, 300), await secondsLater(db, 900));
  const paused = await everyRow(db);
  await merge(db, lastId, middleId, { asOf: await secondsLater(db, 400) });
  expect(await running(db, lastId)).toMatchObject([{ kind: "next_response" }]);

  await unmerge(db, middleId, { asOf: await secondsLater(db, 500) });
  expect(await everyRow(db)).toEqual(paused);
  await merge(db, lastId, middleId, { asOf: await secondsLater(db, 600) });
  await unmerge(db, firstId, { asOf: await secondsLater(db, 700) });
  await unmerge(db, middleId, { asOf: await secondsLater(db, 800) });
  expect(await everyRow(db)).toEqual(alone);
});

test("what stood still when the survivor's status was changed is over, also for later merges", async ({
  db,
}) => {
  const { survivorId, mergedId } = await waiting(db);
  const { mergedId: otherId } = await twoLeads(db);
  await changeStatus(db, survivorId, "closed_lost", await secondsLater(db, 200));
  await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 300) });
  await changeStatus(db, survivorId, "qualified", await secondsLater(db, 400));
  const before = await everyRow(db);
  await merge(db, survivorId, otherId, { asOf: await secondsLater(db, 500) });
  await unmerge(db, otherId, { asOf: await secondsLater(db, 600) });
  expect(await everyRow(db)).toEqual(before);
});

/** Two leads that were answered; the one to be merged has written again. */
async function waiting(db: ClientBase): Promise<{ survivorId: string; mergedId: string }> {
  const leads = await twoLeads(db);
  for (const id of Object.values(leads)) await answer(db, id, await secondsLater(db, 60));
  await hear(db, leads.mergedId, await secondsLater(db, 100));
  return leads;
}

async function running(db: ClientBase, leadId: string | null = null): Promise<{ kind: string }[]> {
  return allRows(
    db,
    `select kind, lead_id, started_at, paused_at from app_public.clocks
      where stopped_at is null and kind <> 'first_response' and lead_id = coalesce($1, lead_id) order by kind`,
    [leadId],
  );
}
