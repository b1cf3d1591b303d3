import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { addPolicy, changeStatus, clocksOf, pause, SEGMENT_RULES, segmentsOf } from "../support/clocks.ts";
import { fire } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

// The first response is due 300 s after the arrival; 80 % are 240 s.

test("a pause is a break: what had run counts, what comes after it too, and the deadline moves by its length", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pause(db, leadId, await secondsLater(db, 100), await secondsLater(db, 1_100));
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    {
      paused_at: await secondsLater(db, 100),
      pause_reason: "by_hand",
      elapsed: 100,
      next_at: await secondsLater(db, 1_100),
    },
  ]);
  expect(await fire(db, 1_099)).toBe(0);
  expect(await oneRow(db, "select sla_paused_at from app_public.leads")).toEqual({
    sla_paused_at: await secondsLater(db, 100),
  });

  expect(await fire(db, 1_239)).toBe(0); // it went on by itself, and 239 of 300 s have run
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    {
      paused_at: null,
      pause_reason: null,
      elapsed: 100,
      due_at: await secondsLater(db, 1_300),
      next_at: await secondsLater(db, 1_240),
    },
  ]);
  expect(await oneRow(db, "select sla_paused_at, sla_due_at from app_public.leads")).toEqual({
    sla_paused_at: null,
    sla_due_at: await secondsLater(db, 1_300),
  });
  expect(await segmentsOf(db, leadId, "first_response")).toEqual([
    ["dora", "new", null, 100],
    ["dora", "new", "by_hand", 1_000],
  ]);
});

test("resume_due: a pause that ended during an outage ended at its own time, and what fell due after it fires late", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pause(db, leadId, await secondsLater(db, 100), await secondsLater(db, 200));
  expect(await fire(db, 100_000)).toBe(3);
  expect(
    await allRows(db, "select threshold, due_at from app_public.escalations order by threshold"),
  ).toEqual([
    { threshold: 80, due_at: await secondsLater(db, 340) },
    { threshold: 100, due_at: await secondsLater(db, 400) },
    { threshold: 150, due_at: await secondsLater(db, 550) },
  ]);
  expect(await segmentsOf(db, leadId, "first_response")).toContainEqual(["dora", "new", "by_hand", 100]);
});

test("resume_due takes no more than asked, and none before its time", async ({ db }) => {
  for (const at of [100, 200]) {
    const { leadId } = await receiveOne(db, { attributes: someone() });
    await pause(db, leadId, await secondsLater(db, 50), await secondsLater(db, at));
  }
  const resume = async (seconds: number, atMost: number) =>
    oneRow(db, "select app_private.resume_due($1, $2) as resumed", [await secondsLater(db, seconds), atMost]);
  expect(await resume(99, 10)).toEqual({ resumed: 0 });
  expect(await resume(300, 1)).toEqual({ resumed: 1 });
  expect(await resume(300, 1)).toEqual({ resumed: 1 });
  expect(await resume(300, 1)).toEqual({ resumed: 0 });
});

test("what had passed before the pause does not come back after it", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await fire(db, 310)).toBe(2);
  await pause(db, leadId, await secondsLater(db, 320), await secondsLater(db, 1_320));
  expect(await fire(db, 1_449)).toBe(0);
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { due_at: await secondsLater(db, 300), next_at: await secondsLater(db, 1_450) },
  ]);
  expect(await fire(db, 1_451)).toBe(1);
});

test("a status that is told late pauses at its own time, and goes on at its own time", async ({ db }) => {
  await addPolicy(db, {
    slug: "end",
    kind: "outcome",
    target_seconds: 10_000,
    pauses_on: ["nurturing"],
    max_pause_seconds: 5_000,
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query(
    "select app_private.change_owner(leads, (select id from app_public.actors where slug = 'dirk'), 'reassign', 'By hand.', $2) from app_public.leads where id = $1",
    [leadId, await secondsLater(db, 1_000)],
  );
  await changeStatus(db, leadId, "nurturing", await secondsLater(db, 600)); // told after the change of owner
  expect(await clocksOf(db, leadId, "outcome")).toMatchObject([
    {
      paused_at: await secondsLater(db, 600),
      pause_reason: "status",
      elapsed: 600,
      next_at: await secondsLater(db, 5_600),
    },
  ]);
  await changeStatus(db, leadId, "qualified", await secondsLater(db, 2_600));
  expect(await clocksOf(db, leadId, "outcome")).toMatchObject([
    { paused_at: null, elapsed: 600, due_at: await secondsLater(db, 12_000) },
  ]);
  expect(
    (await segmentsOf(db, leadId, "outcome")).map(([owner, , reason, seconds]) => [owner, reason, seconds]),
  ).toEqual([
    ["dora", null, 600],
    ["dora", "status", 400],
    ["dirk", "status", 1_600],
  ]);
  for (const rule of Object.values(SEGMENT_RULES)) expect(await allRows(db, rule)).toEqual([]);
});

test("a pause by a status ends after its longest time, and does not begin again while the lead stays in it", async ({
  db,
}) => {
  await addPolicy(db, {
    slug: "end",
    kind: "outcome",
    target_seconds: 10_000,
    thresholds: [100],
    pauses_on: ["nurturing"],
    max_pause_seconds: 500,
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await changeStatus(db, leadId, "nurturing", await secondsLater(db, 100));
  await pause(db, leadId, await secondsLater(db, 600), await secondsLater(db, 700)); // nothing runs: no pause
  await fire(db, 5_000);
  expect(await clocksOf(db, leadId, "outcome")).toMatchObject([
    { paused_at: null, elapsed: 100, due_at: await secondsLater(db, 10_500) },
  ]);
});

test("decide_pause: a pause by hand that ends while the gate holds the lead goes on as the gate's", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pause(db, leadId, await secondsLater(db, 100), await secondsLater(db, 200));
  await db.query("update app_public.leads set held_at = $2 where id = $1", [
    leadId,
    await secondsLater(db, 150),
  ]);
  expect(await fire(db, 10_000)).toBe(0);
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { paused_at: await secondsLater(db, 100), pause_reason: "held", next_at: null },
  ]);
});
