import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { addPolicy, changeStatus, clocksOf } from "../support/clocks.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow } from "../support/rows.ts";

test("each stage has its clock, from the status entered to the status left", async ({ db }) => {
  await addPolicy(db, { slug: "stage", kind: "stage_time", target_seconds: 1_000 });
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await changeStatus(db, leadId, "contacted", await secondsLater(db, 100));
  await changeStatus(db, leadId, "contacted", await secondsLater(db, 150));
  await changeStatus(db, leadId, "qualified", await secondsLater(db, 1_101));
  const clocks = await clocksOf(db, leadId, "stage_time");
  expect(clocks).toMatchObject([
    { elapsed: 100, stopped_at: await secondsLater(db, 100), stop_reason: "status_change" },
    { elapsed: 1_001, stopped_at: await secondsLater(db, 1_101), due_at: await secondsLater(db, 1_100) },
    { started_at: await secondsLater(db, 1_101), stopped_at: null },
  ]);
  expect(await oneRow(db, "select sla_kind, sla_due_at from app_public.leads")).toEqual({
    sla_kind: "stage_time",
    sla_due_at: await secondsLater(db, 2_101),
  });
});

test("a stage of another policy, or of none, has its own clock or none", async ({ db }) => {
  await addPolicy(db, { slug: "contacted", kind: "stage_time", status: "contacted", target_seconds: 1_000 });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await clocksOf(db, leadId, "stage_time")).toEqual([]);
  await changeStatus(db, leadId, "contacted", await secondsLater(db, 10));
  expect(await clocksOf(db, leadId, "stage_time")).toHaveLength(1);
});

test("closed, every clock stands, the outcome in time or not; opened again, a new outcome lies ahead", async ({
  db,
}) => {
  await addPolicy(db, { slug: "end", kind: "outcome", target_seconds: 1_000 });
  await addPolicy(db, { slug: "stage", kind: "stage_time", target_seconds: 5_000 });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await changeStatus(db, leadId, "closed_lost", await secondsLater(db, 500));
  expect(await clocksOf(db, leadId, "outcome")).toMatchObject([{ elapsed: 500, stop_reason: "closed" }]);
  expect(await clocksOf(db, leadId, "stage_time")).toMatchObject([{ elapsed: 500, stop_reason: "closed" }]);

  await changeStatus(db, leadId, "qualified", await secondsLater(db, 800));
  expect(await clocksOf(db, leadId, "outcome")).toMatchObject([
    { stop_reason: "closed" },
    { started_at: await secondsLater(db, 800), due_at: await secondsLater(db, 1_800), stopped_at: null },
  ]);
});

test("a policy may say that any change of status stops its clock", async ({ db }) => {
  await addPolicy(db, { slug: "moved", territory: "fr", target_seconds: 1_000, stops_on: ["status_change"] });
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  await changeStatus(db, leadId, "attempting_to_contact", await secondsLater(db, 10));
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { stop_reason: "status_change", elapsed: 10 },
  ]);
  expect(await oneRow(db, "select first_responded_at, sla_met_at from app_public.leads")).toEqual({
    first_responded_at: null,
    sla_met_at: await secondsLater(db, 10),
  });
});

test("begin_clocks: none for the past, for who is closed, or where one runs", async ({ db }) => {
  await addPolicy(db, { slug: "stage", kind: "stage_time", target_seconds: 1_000 });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const begin = () =>
    oneRow(db, "select app_private.begin_clocks(array[$1::uuid], '{stage_time}', array[now()]) as begun", [
      leadId,
    ]);
  expect(await begin()).toEqual({ begun: [] });
  await changeStatus(db, leadId, "closed_won", await secondsLater(db, 10));
  expect(await begin()).toEqual({ begun: [] });
  await changeStatus(db, leadId, "new", await secondsLater(db, 20));
  await db.query("update app_public.leads set is_history = true");
  await db.query("delete from app_public.clock_segments");
  await db.query("delete from app_public.clocks");
  expect(await begin()).toEqual({ begun: [] });
});
