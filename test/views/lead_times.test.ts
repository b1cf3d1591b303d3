import type { Client } from "pg";
import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { merge, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow } from "../support/rows.ts";

test("app_public.lead_times: who had a merged lead before this one came had not this one", async ({ db }) => {
  const older = await receiveOne(db, { attributes: someone() });
  const newer = await receiveOne(db, { attributes: someone() });
  await cameEarlier(db, older.leadId, 86_400);
  await cameEarlier(db, newer.leadId, 600);
  await ownedAfter(db, older.leadId, 30);
  await ownedAfter(db, newer.leadId, 120);
  const before = await ownership(db, newer.leadId);
  expect(before).toEqual({ seconds: 120, after_arrival: 120 });
  await merge(db, newer.leadId, older.leadId, { asOf: await secondsLater(db, 1) });
  expect(await ownership(db, newer.leadId)).toEqual(before);
  await unmerge(db, older.leadId, { asOf: await secondsLater(db, 2) });
  expect(await ownership(db, newer.leadId)).toEqual(before);
});

test("app_public.lead_times: who had a merged lead while this one waited had the person", async ({ db }) => {
  const waiting = await receiveOne(db, { attributes: someone() });
  const later = await receiveOne(db, { attributes: someone() });
  await cameEarlier(db, waiting.leadId, 86_400);
  await cameEarlier(db, later.leadId, 600);
  await ownedAfter(db, waiting.leadId, 86_000);
  await ownedAfter(db, later.leadId, 30);
  await merge(db, waiting.leadId, later.leadId, { asOf: await secondsLater(db, 1) });
  expect(await ownership(db, waiting.leadId)).toEqual({ seconds: 85_830, after_arrival: 85_830 });
});

/** As if it had come, and all that stands at it had been, so many seconds before now. */
async function cameEarlier(db: Client, leadId: string, seconds: number): Promise<void> {
  await db.query(
    `update app_public.clocks set started_at = started_at - past, running_since = running_since - past,
       segment_started_at = segment_started_at - past, warn_at = warn_at - past, due_at = due_at - past,
       overdue_at = overdue_at - past, next_at = next_at - past
       from make_interval(secs => $2) as past where lead_id = $1`,
    [leadId, seconds],
  );
}

/** As if its first owner had got it so long after it came. */
async function ownedAfter(db: Client, leadId: string, seconds: number): Promise<void> {
  await db.query(
    `update app_public.assignments set assigned_at = clocks.started_at + make_interval(secs => $2)
       from app_public.clocks where clocks.lead_id = assignments.lead_id and clocks.lead_id = $1`,
    [leadId, seconds],
  );
}

function ownership(db: Client, leadId: string): Promise<object> {
  return oneRow(
    db,
    `select calendar_seconds::int as seconds, extract(epoch from owned_at - arrived_at)::int as after_arrival
       from bi.time_to_ownership where lead_id = $1`,
    [leadId],
  );
}
