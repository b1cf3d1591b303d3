import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { changeStatus } from "../support/clocks.ts";
import { everyRow, merge, twoLeads, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";
import { absent } from "../support/staff.ts";

test("of two leads that wait for an owner one case stays open, and both are open again after", async ({
  db,
}) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"]);
  const { survivorId, mergedId } = await twoLeads(db);
  const before = await everyRow(db);
  await merge(db, survivorId, mergedId);
  expect(
    await allRows(
      db,
      "select lead_id, resolved_at is null as is_open, is_closed_by_merge from app_public.exceptions order by id",
    ),
  ).toEqual([
    { lead_id: survivorId, is_open: true, is_closed_by_merge: false },
    { lead_id: survivorId, is_open: false, is_closed_by_merge: true },
  ]);
  await unmerge(db, mergedId);
  expect(await everyRow(db)).toEqual(before);
});

test("a case that people closed stays closed, whatever its outcome is called", async ({ db }) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"]);
  const { survivorId, mergedId } = await twoLeads(db);
  await db.query(
    "update app_public.exceptions set resolved_at = opened_at, outcome = 'merged' where lead_id = $1",
    [mergedId],
  );
  const before = await everyRow(db);
  await merge(db, survivorId, mergedId);
  await unmerge(db, mergedId);
  expect(await everyRow(db)).toEqual(before);
});

test("a lead that was closed while it waited has no case any more, and takes none of another", async ({
  db,
}) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"]);
  const { survivorId, mergedId } = await twoLeads(db);
  const { leadId: otherId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await changeStatus(db, survivorId, "closed_lost", await secondsLater(db, 10));
  const before = await everyRow(db);
  await merge(db, survivorId, mergedId);
  expect(await openCases(db)).toEqual([]);
  await merge(db, otherId, survivorId);
  expect(await openCases(db)).toEqual([]);
  await unmerge(db, survivorId);
  await unmerge(db, mergedId);
  expect(await everyRow(db)).toEqual(before);
});

test("a case to take a lead from an owner whom it has by a merge goes with that owner", async ({ db }) => {
  await absent(db, ["dora", "dirk", "doris", "dieter"]);
  const { leadId: survivorId } = await receiveOne(db, { attributes: someone() });
  await db.query("delete from app_public.absences");
  const { survivorId: mergedId, mergedId: otherId } = await twoLeads(db);
  await merge(db, survivorId, mergedId);
  await db.query(
    `select app_private.open_exceptions(array[
       row('nobody_available', territory_id, null, trace_id, null, id, 'By hand', '{}')::app_private.exception_case], $2)
       from app_public.leads where id = $1`,
    [survivorId, await secondsLater(db, 10)],
  );
  const before = await everyRow(db);
  await merge(db, survivorId, otherId, { asOf: await secondsLater(db, 20) });
  expect(await openCases(db)).toEqual([{ lead_id: survivorId, origin_lead_id: mergedId }]);
  await unmerge(db, otherId, { asOf: await secondsLater(db, 30) });
  expect(await everyRow(db)).toEqual(before);
  await unmerge(db, mergedId, { asOf: await secondsLater(db, 40) });
  expect(await openCases(db)).toEqual([
    { lead_id: survivorId, origin_lead_id: null },
    { lead_id: mergedId, origin_lead_id: null },
  ]);
});

test("is_pointless: that nobody else can take a lead from its owner stays with that owner", async ({
  db,
}) => {
  const { survivorId, mergedId } = await twoLeads(db);
  const { leadId: otherId } = await receiveOne(db, { attributes: someone() });
  await db.query(
    `select app_private.open_exceptions(array[
       row('nobody_available', territory_id, null, trace_id, null, id, 'By hand', '{}')::app_private.exception_case], $2)
       from app_public.leads where id = $1`,
    [survivorId, await secondsLater(db, 10)],
  );
  const before = await everyRow(db);
  await merge(db, survivorId, mergedId);
  expect(await openCases(db)).toEqual([{ lead_id: survivorId, origin_lead_id: null }]);
  await merge(db, otherId, survivorId);
  expect(await openCases(db)).toEqual([]);
  await unmerge(db, survivorId);
  await unmerge(db, mergedId);
  expect(await everyRow(db)).toEqual(before);
});

test("settle_candidates: a pair is decided while its leads are one, and open again after", async ({ db }) => {
  const { survivorId: b, mergedId: a } = await twoLeads(db);
  const { leadId: c } = await receiveOne(db, { attributes: someone() });
  await db.query(
    `insert into app_public.match_candidates (territory_id, lead_id, other_lead_id, capture_id, trace_id, probability, evidence, opened_at)
     select leads.territory_id, $1, $2, uuidv7(), leads.trace_id, 0.8, '{"fields": {}}', now() from app_public.leads where id = $1`,
    [a, c],
  );
  const pair = () => oneRow(db, "select state, decided_by_id from app_public.match_candidates");
  const olga = await actorId(db, "olga");
  await merge(db, b, a, { actorId: olga });
  expect(await pair()).toEqual({ state: "open", decided_by_id: null });
  await merge(db, c, b, { actorId: olga });
  expect(await pair()).toEqual({ state: "merged", decided_by_id: olga });
  await unmerge(db, a);
  expect(await pair()).toEqual({ state: "open", decided_by_id: null });
});

test("a follow-up ends with the merge, an approval moves and comes back", async ({ db }) => {
  const { survivorId, mergedId } = await twoLeads(db);
  for (const leadId of [survivorId, mergedId]) {
    await db.query(
      `insert into app_public.tasks (lead_id, territory_id, trace_id, kind, title, owner_id, opened_at, due_at)
       select id, territory_id, trace_id, 'stagnation', 'By hand', owner_id, now(), now() + interval '1 day' from app_public.leads where id = $1`,
      [leadId],
    );
    await db.query(
      `insert into app_public.approvals (lead_id, territory_id, trace_id, reason, requested_by_id, approver_id, requested_at, handed_at, due_at)
       select leads.id, territory_id, trace_id, 'By hand', $2, $3, now(), now(), now() + interval '1 day' from app_public.leads where leads.id = $1`,
      [leadId, await actorId(db, "dora"), await actorId(db, "mona")],
    );
  }
  const standing = () =>
    allRows(
      db,
      `select (select array_agg(lead_id order by id) from app_public.approvals) as approvals,
              (select array_agg(outcome order by id) from app_public.tasks) as tasks,
              (select count(*)::int from app_public.clocks where task_id is not null and stopped_at is null) as clocks`,
    );
  await merge(db, survivorId, mergedId);
  expect(await standing()).toEqual([
    { approvals: [survivorId, survivorId], tasks: [null, "merged"], clocks: 1 },
  ]);
  await unmerge(db, mergedId);
  expect(await standing()).toEqual([
    { approvals: [survivorId, mergedId], tasks: [null, "merged"], clocks: 1 },
  ]);
});

async function openCases(db: ClientBase): Promise<unknown[]> {
  return allRows(
    db,
    "select lead_id, origin_lead_id from app_public.exceptions where resolved_at is null order by id",
  );
}
