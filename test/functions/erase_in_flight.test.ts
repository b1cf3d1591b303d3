import type { Client } from "pg";
import { expect } from "vitest";
import { acceptedOf, someone, stageArrivals } from "../support/arrivals.ts";
import { arrive } from "../support/arrive.ts";
import { backendOf, connect, untilItWaits } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";

/** erase_people while an arrival of the same person is on its way, in either order. */

test("an arrival that has found the person before the erasure is waited for, and erased with the rest", async ({
  database,
}) => {
  const attributes = someone({ last_name: "Inflight" });
  const { leadId } = await arrive(database, { attributes });
  const [worker, eraser, observer] = await connections(database.urls);
  const pid = await backendOf(eraser);
  await worker.query("begin");
  // So far a stage has come that has claimed the keys and is about to write to the lead.
  await worker.query("select from app_private.lead_identities where lead_id = $1 for update", [leadId]);
  const erasing = erase(eraser, leadId);
  await untilItWaits(observer, pid);
  const captureId = await resolve(worker, attributes);
  await worker.query("commit");
  await erasing;

  expect(await contentOf(observer, captureId)).toEqual({ lead_id: leadId, length: 0, attributes: null });
  expect(await attributesOf(observer, leadId)).toEqual([{}, {}]);
});

test("an arrival that is resolved while the erasure runs is a new person, whole", async ({ database }) => {
  const attributes = someone({ last_name: "Afterwards" });
  const { leadId } = await arrive(database, { attributes });
  const [worker, eraser, observer] = await connections(database.urls);
  const pid = await backendOf(worker);
  await eraser.query("begin");
  await erase(eraser, leadId);
  const resolving = resolve(worker, attributes);
  await untilItWaits(observer, pid);
  await eraser.query("commit");
  const captureId = await resolving;

  const { lead_id } = await contentOf(observer, captureId);
  expect(lead_id).not.toBe(leadId);
  expect(
    await allRows(observer, "select last_name, erased_at from app_public.leads where id = $1", [lead_id]),
  ).toEqual([{ last_name: "Afterwards", erased_at: null }]);
});

test("what another system tells of a person who is being forgotten finds nobody", async ({ database }) => {
  const attributes = someone();
  const { leadId } = await arrive(database, { attributes });
  const [worker, eraser, observer] = await connections(database.urls);
  const pid = await backendOf(worker);
  const [id] = await stageArrivals(worker, [{ attributes: {} }]);
  await eraser.query("begin");
  await erase(eraser, leadId);
  const activity = { kind: "note", isResponse: false, note: "She called again", status: null };
  const identities = [{ kind: "email", value: attributes.email }];
  const telling = worker.query("select app_private.settle_captures($1, now())", [
    JSON.stringify([{ id, settle: { as: "activity", activity, identities } }]),
  ]);
  await untilItWaits(observer, pid);
  await eraser.query("commit");
  await telling;

  expect(
    await oneValue(observer, "select outcome as value from app_public.captures where id = $1", [id]),
  ).toBe("activity_without_lead");
  expect(
    await allValues(observer, "select note as value from app_public.activities where lead_id = $1", [leadId]),
  ).toEqual([]);
});

async function connections(urls: { worker: string; superuser: string }): Promise<[Client, Client, Client]> {
  return [await connect(urls.worker), await connect(urls.worker), await connect(urls.superuser)];
}

async function erase(db: Client, leadId: string | null): Promise<void> {
  await db.query("select app_private.erase_people(array[$1::uuid], 'request', now())", [leadId]);
}

async function resolve(db: Client, attributes: Record<string, string | number>): Promise<string> {
  const arrivals = [{ attributes }];
  const ids = await stageArrivals(db, arrivals);
  await db.query("select app_private.process_captures($1, '[]', now())", [
    JSON.stringify(acceptedOf(arrivals, ids)),
  ]);
  return ids[0] ?? "";
}

async function contentOf(db: Client, captureId: string) {
  const [row] = await allRows<{ lead_id: string; length: number; attributes: unknown }>(
    db,
    "select lead_id, length(body), attributes from app_public.captures where id = $1",
    [captureId],
  );
  if (row === undefined) throw new Error("The arrival is not there.");
  return row;
}

const attributesOf = (db: Client, leadId: string | null) =>
  allValues(db, "select attributes as value from app_public.source_events where lead_id = $1", [leadId]);
