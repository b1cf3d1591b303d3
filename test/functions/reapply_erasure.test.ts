import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { asWorker, receive, receiveOne, someone, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneValue, refusalOf } from "../support/rows.ts";

const ID = "0199e0c4-0000-7000-8000-000000000001";
const AT = "2026-01-01T00:00:00Z";

test("a line names its leads: one that was merged with them only in the backup is spared, with its touches", async ({
  db,
}) => {
  const [erased, other] = await receive(db, [
    { attributes: someone({ last_name: "Erased", city: "Gone" }) },
    { attributes: someone({ last_name: "Spared", phone: "+4930901820" }) },
  ]);
  const [erasedId, otherId] = [erased?.leadId ?? "", other?.leadId ?? ""];
  await actAs(db, await actorId(db, "ada"));
  await db.query("select app_public.merge_leads($1, $2)", [otherId, erasedId]); // it shows the city of the other one
  await stopActing(db);
  expect(await oneValue(db, "select city as value from app_public.leads where id = $1", [otherId])).toBe(
    "Gone",
  );
  expect(await reapply(db, erasedId, [erasedId], [erased?.captureId ?? ""])).toBe(true);
  expect(
    await allRows(
      db,
      "select id, last_name, city, erased_at is null as is_there from app_public.leads order by id",
    ),
  ).toEqual(
    [
      { id: erasedId, last_name: null, city: null, is_there: false },
      { id: otherId, last_name: "Spared", city: null, is_there: true },
    ].toSorted((left, right) => left.id.localeCompare(right.id)),
  );
  expect(
    await allRows(
      db,
      "select origin_lead_id, attributes = '{}' as is_empty from app_public.source_events order by attributes = '{}'",
    ),
  ).toEqual([
    { origin_lead_id: otherId, is_empty: false },
    { origin_lead_id: erasedId, is_empty: true },
  ]);
});

test("a line that is known, or of nobody who is there, does nothing", async ({ db }) => {
  const { leadId, captureId } = await receiveOne(db, { attributes: someone() });
  const absent = "0199e0c4-0000-7000-8000-000000000002";
  expect(await reapply(db, absent, [absent], [absent])).toBe(false);
  expect(await reapply(db, leadId, [leadId], [captureId])).toBe(true);
  expect(await reapply(db, leadId, [leadId], [captureId])).toBe(false);
  expect(
    await allRows(
      db,
      "select id, cause, actor_id, recorded_at is not null as is_recorded from app_private.erasures",
    ),
  ).toEqual([{ id: ID, cause: "request", actor_id: null, is_recorded: true }]);
});

test("erase_captures: what is of a lead, on its way, or empty already is left alone", async ({ db }) => {
  const { captureId } = await receiveOne(db, { attributes: someone() });
  const [pending, refused] = await stageArrivals(db, [{ attributes: {} }, { attributes: {} }]);
  await asWorker(db, () =>
    db.query("select app_private.quarantine_captures($1, now())", [
      JSON.stringify([{ id: refused, violations: [] }]),
    ]),
  );
  const erase = () =>
    asWorker(db, () =>
      allValues(
        db,
        "select unnest(capture_ids) as value from app_private.erase_captures($1, 'request', now())",
        [[captureId, pending, refused]],
      ),
    );
  expect([await erase(), await erase()]).toEqual([[refused], []]);
  // It cannot be sent through the stages again: there is nothing to judge.
  expect(
    await asWorker(db, () =>
      oneValue(db, "select app_private.release_captures($1, null, now()) as value", [[refused]]),
    ),
  ).toEqual([]);
});

test("captures_of_people: the demand that came by a vendor is the person's too", async ({ db }) => {
  const { leadId, captureId } = await receiveOne(db, { attributes: someone() });
  const [demand] = await stageArrivals(db, [{ attributes: {} }]);
  await db.query(
    `insert into app_private.privacy_requests (territory_id, lead_id, capture_id, trace_id, kind, subject_hashes, requested_at, due_at)
     select territory_id, id, $2, trace_id, 'erasure', '{}', now(), now() + interval '30 days' from app_public.leads where id = $1`,
    [leadId, demand],
  );
  expect(
    await allValues(
      db,
      "select capture_id as value from app_private.captures_of_people(array[$1::uuid]) order by 1",
      [leadId],
    ),
  ).toEqual([captureId, demand].toSorted());
});

test("an erased lead is written by nobody who passes the gates", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await reapply(db, leadId, [leadId], []);
  await actAs(db, await actorId(db, "ada"));
  for (const mutation of [
    "app_public.claim_lead($1)",
    "app_public.change_lead_status($1, 'new')",
    'app_public.edit_lead($1, \'{"city": "Ana"}\')',
    "app_public.log_activity($1, 'call', 'Ana')",
    "app_public.record_consent($1, 'marketing', 'granted', '1')",
    "app_public.suppress_person($1)",
    "app_public.reassign_lead($1, 'dora')",
  ]) {
    expect([mutation, await refusalOf(db, `select ${mutation}`, [leadId])]).toEqual([mutation, "STATE"]);
  }
});

const reapply = (db: ClientBase, leadId: string, leadIds: string[], captureIds: string[]) =>
  asWorker(db, () =>
    oneValue<boolean>(
      db,
      "select app_private.reapply_erasure($1, $2, $3, $4, 'request', $5, now()) as value",
      [ID, leadId, leadIds, captureIds, AT],
    ),
  );
