import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { everyRow, fire, merge, twoLeads, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

test("a lead that already is what it was decided to be is left as it is", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await merge(db, survivorId, mergedId);
  const before = await everyRow(db);
  await asWorker(db, () =>
    db.query("select app_private.apply_lead_state(own, own, now()) from app_private.own_state($1) as own", [
      survivorId,
    ]),
  );
  expect(await everyRow(db)).toEqual(before);
});

test("park_lead: what is merged away owns nothing that runs", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await asWorker(db, () => db.query("select app_private.park_lead($1, $2, now())", [mergedId, survivorId]));
  for (const running of ["assignments where ended_at is null", "clocks where stopped_at is null"]) {
    expect(await allRows(db, `select from app_public.${running} and lead_id = $1`, [mergedId])).toEqual([]);
  }
  expect(
    await oneRow(db, "select owner_id, sla_due_at from app_public.leads where id = $1", [mergedId]),
  ).toEqual({ owner_id: null, sla_due_at: null });
});

test("hang_clock: a clock takes what it fired along, and brings it back", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  await fire(db, 3600 * 24);
  await merge(db, survivorId, mergedId);
  const id = await oneValue<string>(db, "select id as value from app_public.clocks where lead_id = $1", [
    mergedId,
  ]);
  const where = () =>
    oneRow(
      db,
      `select clocks.lead_id, clocks.origin_lead_id, stop_reason, stopped_at, array_agg(distinct escalations.lead_id) as escalated
         from app_public.clocks join app_public.escalations on clock_id = clocks.id where clocks.id = $1 group by clocks.id`,
      [id],
    );
  const before = await where();
  const hang = (leadId: string) =>
    asWorker(db, () => db.query("select app_private.hang_clock($1, $2)", [id, leadId]));
  await hang(survivorId);
  expect(await where()).toEqual({
    ...before,
    lead_id: survivorId,
    origin_lead_id: mergedId,
    escalated: [survivorId],
  });
  await hang(mergedId);
  expect(await where()).toEqual(before);
});

test("end_assignments: all that run but the one to keep", async ({ db }) => {
  const { survivorId } = await twoLeads(db);
  const id = await oneValue<string>(db, "select id as value from app_public.assignments where lead_id = $1", [
    survivorId,
  ]);
  const end = async (keptId: string | null) => {
    await asWorker(db, () =>
      db.query("select app_private.end_assignments($1, $2, now())", [survivorId, keptId]),
    );
    return oneValue(db, "select ended_at is not null as value from app_public.assignments where id = $1", [
      id,
    ]);
  };
  expect([await end(id), await end(null)]).toEqual([false, true]);
});

test("merged_with: an assignment that one survivor gave up and a further one took over ended when the first did", async ({
  db,
}) => {
  await absent(db, ["felix"]);
  const { survivorId: middleId, mergedId } = await twoLeads(db);
  await reassign(db, mergedId, "mona");
  const { leadId: lastId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await merge(db, middleId, mergedId, { asOf: await secondsLater(db, 20) });
  const before = await everyRow(db);
  await merge(db, lastId, middleId, { asOf: await secondsLater(db, 30) });
  expect(await running(db, lastId)).toEqual([{ slug: "mona" }]);
  await unmerge(db, middleId, { asOf: await secondsLater(db, 40) });
  expect(await everyRow(db)).toEqual(before);
});

test("one that a survivor had until it was merged itself ended then", async ({ db }) => {
  await absent(db, ["felix"]);
  const { survivorId: lastId, mergedId } = await twoLeads(db);
  await reassign(db, mergedId, "mona");
  const { leadId: middleId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await merge(db, middleId, mergedId, { asOf: await secondsLater(db, 20) });
  expect(await running(db, middleId)).toEqual([{ slug: "mona" }]);
  await merge(db, lastId, middleId, { asOf: await secondsLater(db, 30) });
  expect(
    await oneValue(
      db,
      "select ended_at as value from app_public.assignments where origin_lead_id = $1 order by assigned_at desc limit 1",
      [mergedId],
    ),
  ).toEqual(await secondsLater(db, 30));
});

async function reassign(db: ClientBase, leadId: string, slug: string): Promise<void> {
  const [owner, at] = [await actorId(db, slug), await secondsLater(db, 10)];
  await asWorker(db, () =>
    db.query(
      "select app_private.change_owner(leads, $2, 'reassign', 'By hand.', $3) from app_public.leads where id = $1",
      [leadId, owner, at],
    ),
  );
}

async function running(db: ClientBase, leadId: string): Promise<unknown[]> {
  return allRows(
    db,
    "select slug from app_public.assignments join app_public.actors on actors.id = owner_id where lead_id = $1 and ended_at is null",
    [leadId],
  );
}
