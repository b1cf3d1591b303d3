import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { everyRow, fire, merge, twoLeads } from "../support/merges.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

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

test("a clock takes what it fired along, and stands still at home since its lead was merged", async ({
  db,
}) => {
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
  await asWorker(db, () => db.query("select app_private.hang_clock($1, $2)", [id, survivorId]));
  expect(await where()).toEqual({
    ...before,
    lead_id: survivorId,
    origin_lead_id: mergedId,
    escalated: [survivorId],
  });
  await asWorker(db, () =>
    db.query("select app_private.send_clocks_home($1, null, now() + interval '1 hour')", [survivorId]),
  );
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
