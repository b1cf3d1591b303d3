import { expect } from "vitest";
import { receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { answer, clocksOf, DIFFERENT_COLUMNS, pause, SEGMENT_RULES, segmentsOf } from "../support/clocks.ts";
import { fire } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

test("an answer that is told after the breach but was given before it was in time; what fired stays written", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await fire(db, 310)).toBe(2);
  await answer(db, leadId, await secondsLater(db, 200));
  expect(await oneRow(db, "select sla_met_at, sla_breached_at from app_public.leads")).toEqual({
    sla_met_at: await secondsLater(db, 200),
    sla_breached_at: null,
  });
  expect(await allRows(db, "select threshold from app_public.escalations order by 1")).toEqual([
    { threshold: 80 },
    { threshold: 100 },
  ]);
  expect(await allRows(db, DIFFERENT_COLUMNS)).toEqual([]);
});

test("one that lies before a pause takes the pause back", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pause(db, leadId, await secondsLater(db, 100), await secondsLater(db, 1_000));
  await fire(db, 1_050);
  await answer(db, leadId, await secondsLater(db, 80));
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([
    { elapsed: 80, stopped_at: await secondsLater(db, 80), due_at: await secondsLater(db, 300) },
  ]);
  expect(await segmentsOf(db, leadId, "first_response")).toEqual([["dora", "new", null, 80]]);
  for (const rule of Object.values(SEGMENT_RULES)) expect(await allRows(db, rule)).toEqual([]);
});

test("who is answered during a pause is in time if time was left, however long it lasted", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pause(db, leadId, await secondsLater(db, 100), await secondsLater(db, 90_000));
  await answer(db, leadId, await secondsLater(db, 50_000));
  expect(await oneRow(db, "select sla_met_at, sla_due_at from app_public.leads")).toEqual({
    sla_met_at: await secondsLater(db, 50_000),
    sla_due_at: await secondsLater(db, 50_200),
  });
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([{ elapsed: 100 }]);
});

test("a pause after the breach excuses nothing", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fire(db, 310);
  await pause(db, leadId, await secondsLater(db, 320), await secondsLater(db, 900));
  await answer(db, leadId, await secondsLater(db, 400));
  expect(await oneRow(db, "select sla_met_at, sla_breached_at from app_public.leads")).toEqual({
    sla_met_at: null,
    sla_breached_at: await secondsLater(db, 300),
  });
});
