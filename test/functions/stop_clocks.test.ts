import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

test("the first response stops the clock and was in time", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const at = await secondsLater(db, 300); // on the dot
  await respond(db, leadId, at);
  expect(await state(db)).toEqual({ first_responded_at: at, sla_met_at: at, stopped_at: at, next_at: null });
});

test("a response after the deadline stops the clock, not in time", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const at = await secondsLater(db, 301);
  await respond(db, leadId, at);
  expect(await state(db)).toEqual({
    first_responded_at: at,
    sla_met_at: null,
    stopped_at: at,
    next_at: null,
  });
  const breach =
    "select sla_breached_at, (select count(*)::int from app_public.escalations) as fired from app_public.leads";
  expect(await oneRow(db, breach)).toEqual({ sla_breached_at: await secondsLater(db, 300), fired: 0 }); // nobody had swept
});

test("a second response changes nothing", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await respond(db, leadId, await secondsLater(db, 301));
  const before = await state(db);
  await respond(db, leadId, await secondsLater(db, 100));
  expect(await state(db)).toEqual(before);
});

test("somebody who was called before the form arrived was answered in time", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const at = await secondsLater(db, -60);
  await respond(db, leadId, at);
  const arrived = await secondsLater(db, 0);
  expect(await state(db)).toEqual({
    first_responded_at: at,
    sla_met_at: arrived,
    stopped_at: arrived,
    next_at: null,
  });
});

test("a lead without a clock was answered, neither in time nor late", async ({ db }) => {
  const { leadId } = await receiveOne(db, {
    path: "olist-mql",
    attributes: { external_id: "a", country: "BR" },
  });
  const at = await secondsLater(db, 5);
  await respond(db, leadId, at);
  expect(await oneRow(db, "select first_responded_at, sla_met_at from app_public.leads")).toEqual({
    first_responded_at: at,
    sla_met_at: null,
  });
});

test("of several responses to one lead the first one told counts, as if they had come one by one", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const [first, second] = [await secondsLater(db, 200), await secondsLater(db, 100)];
  await respondAll(db, [
    [leadId, first],
    [leadId, second],
  ]);
  expect(await state(db)).toMatchObject({ first_responded_at: first, stopped_at: first });
});

test("other leads' clocks run on", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const other = await receiveOne(db, { attributes: someone() });
  await respond(db, leadId, await secondsLater(db, 1));
  expect(await allRows(db, "select lead_id from app_public.clocks where stopped_at is null")).toEqual([
    { lead_id: other.leadId },
  ]);
});

async function respond(db: ClientBase, leadId: string, at: Date): Promise<void> {
  await respondAll(db, [[leadId, at]]);
}

async function respondAll(db: ClientBase, responses: [leadId: string, at: Date][]): Promise<void> {
  await asWorker(db, () =>
    db.query("select app_private.stop_clocks($1, $2)", [
      responses.map(([leadId]) => leadId),
      responses.map(([, at]) => at),
    ]),
  );
}

function state(db: ClientBase) {
  return oneRow(
    db,
    `select leads.first_responded_at, leads.sla_met_at, clocks.stopped_at, clocks.next_at
       from app_public.leads join app_public.clocks on clocks.lead_id = leads.id`,
  );
}
