import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import {
  addPolicy,
  answer,
  changeStatus,
  clocksOf,
  pause,
  SEGMENT_RULES,
  segmentsOf,
} from "../support/clocks.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues } from "../support/rows.ts";

// Germany works from 07:30 to 16:30 of UTC in January, on Fridays until 15:00. 2027-01-15 is a Friday.
const at = (time: string) => new Date(`2027-01-${time}:00Z`);

test("a pause over a weekend costs nothing and saves nothing: only working time counts, on both sides of it", async ({
  db,
}) => {
  const leadId = await qualified(db, at("15T12:00")); // Friday, eight hours of work to go
  await sweep(db, at("15T14:00"));
  await pause(db, leadId, at("15T14:00"), at("18T10:00")); // two hours used; until Monday
  await sweep(db, at("16T12:00"));
  expect(await fired(db)).toEqual([]);
  await sweep(db, at("18T10:00"));
  expect(await clocksOf(db, leadId, "stage_time")).toMatchObject([
    { elapsed: 7_200, paused_at: null, due_at: at("18T16:00") },
  ]);
  await sweep(db, at("18T16:00"));
  expect(await fired(db)).toEqual([80, 100]);
  expect(await segmentsOf(db, leadId, "stage_time")).toEqual([
    ["dora", "qualified", null, 7_200],
    ["dora", "qualified", "by_hand", 12_600], // of the pause, so much would have been working time
  ]);
  await proved(db);
});

test("a second owner after 90 % is not blamed for what the first one spent", async ({ db }) => {
  const leadId = await qualified(db, at("11T08:00")); // Monday morning; due in the afternoon
  await sweep(db, at("11T15:12"));
  expect(await fired(db)).toEqual([80]);
  const dirk = await actorId(db, "dirk");
  await db.query(
    "select app_private.change_owner(leads, $2, 'reassign', 'By hand.', $3) from app_public.leads where id = $1",
    [leadId, dirk, at("11T15:12")],
  );
  await sweep(db, at("11T16:00"));
  await changeStatus(db, leadId, "closed_won", at("12T08:30"));
  expect(await segmentsOf(db, leadId, "stage_time")).toEqual([
    ["dora", "qualified", null, 25_920], // 7 h 12 min of 8 h: 90 %
    ["dirk", "qualified", null, 8_280], // the last hours of Monday and the first of Tuesday
  ]);
  await proved(db);
});

test("an answer that was given on Friday and is told on Monday was given on Friday", async ({ db }) => {
  await addPolicy(db, {
    slug: "moved",
    territory: "de",
    source: "web-form",
    status: "qualified",
    kind: "stage_time",
    time: "working",
    target_seconds: 28_800,
    stops_on: ["response"],
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await changeStatus(db, leadId, "qualified", at("15T08:00"));
  await sweep(db, at("18T09:00"));
  expect(await fired(db)).toEqual([80, 100]);
  await answer(db, leadId, at("15T15:00"));
  expect(await clocksOf(db, leadId, "stage_time")).toMatchObject([
    { stopped_at: at("15T15:00"), elapsed: 25_200, due_at: at("18T08:30") },
  ]);
  expect(await allValues(db, "select sla_met_at as value from app_public.leads")).toEqual([at("15T15:00")]);
  expect(await fired(db)).toEqual([80, 100]); // what was told to people stays written
  await proved(db);
});

/** A German lead that is answered and qualified at that instant, with eight working hours for the next step. */
async function qualified(db: ClientBase, since: Date): Promise<string> {
  await addPolicy(db, {
    slug: "offer",
    territory: "de",
    source: "web-form",
    status: "qualified",
    kind: "stage_time",
    time: "working",
    target_seconds: 28_800,
    thresholds: [80, 100],
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await changeStatus(db, leadId, "qualified", since);
  return leadId;
}

async function sweep(db: ClientBase, asOf: Date): Promise<void> {
  for (let fired = 1; fired > 0; ) {
    [fired = 0] = await asWorker(db, () =>
      allValues<number>(db, "select app_private.fire_thresholds($1, 10) as value", [asOf]),
    );
  }
}

async function fired(db: ClientBase): Promise<number[]> {
  return allValues(db, "select threshold as value from app_public.escalations order by fired_at, threshold");
}

async function proved(db: ClientBase): Promise<void> {
  for (const rule of Object.values(SEGMENT_RULES)) expect(await allRows(db, rule)).toEqual([]);
}
