import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allValues, oneRow } from "../support/rows.ts";

test("several changes of one lead are each written down, and the last one stands", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await change(db, leadId, [
    ["contacted", 10],
    ["closed_lost", 20],
    ["closed_won", 30],
  ]);
  expect(await notes(db)).toEqual([
    "new to contacted",
    "contacted to closed_lost",
    "closed_lost to closed_won",
  ]);
  expect(await lead(db)).toEqual({ status: "closed_won", closed_at: await secondsLater(db, 30) });
});

test("one that happened before the latest is written down and changes nothing", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await change(db, leadId, [["qualified", 30]]);
  await change(db, leadId, [
    ["contacted", 10],
    ["nurturing", 40],
    ["new", 35],
  ]);
  expect(await notes(db)).toEqual([
    "contacted, told late: a newer change stands",
    "new to qualified",
    "new, told late: a newer change stands",
    "qualified to nurturing",
  ]);
  expect(await lead(db)).toEqual({ status: "nurturing", closed_at: null });
});

test("in one batch or one by one, the same comes of it", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const steps: [string, number][] = [
    ["closed_lost", 5],
    ["contacted", 10],
    ["closed_won", 20],
    ["new", 7],
    ["closed_lost", 30],
  ];
  await db.query("savepoint trial");
  await change(db, leadId, steps);
  const atOnce = [await lead(db), await notes(db)];
  await db.query("rollback to savepoint trial");
  for (const step of steps) await change(db, leadId, [step]);
  expect([await lead(db), await notes(db)]).toEqual(atOnce);
  expect(atOnce[0]).toEqual({ status: "closed_lost", closed_at: await secondsLater(db, 30) });
});

test("told again what it is, a lead stays closed since it was; lost and then won, it is closed since it was won", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await change(db, leadId, [["closed_lost", 10]]);
  await change(db, leadId, [["closed_lost", 15]]);
  expect(await lead(db)).toEqual({ status: "closed_lost", closed_at: await secondsLater(db, 10) });
  await change(db, leadId, [
    ["closed_won", 20],
    ["closed_won", 25],
  ]);
  expect(await lead(db)).toEqual({ status: "closed_won", closed_at: await secondsLater(db, 20) });
});

test("lead_statuses are those that the table takes", async ({ db }) => {
  const known = await allValues<string>(db, "select unnest(app_private.lead_statuses()) as value");
  const { definition } = await oneRow<{ definition: string }>(
    db,
    "select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'leads_status_check'",
  );
  expect([...definition.matchAll(/'(\w+)'/g)].map(([, status]) => status)).toEqual(known);
});

async function change(
  db: ClientBase,
  leadId: string,
  steps: [status: string, seconds: number][],
): Promise<void> {
  await asWorker(db, () =>
    db.query(
      `select app_private.change_statuses(array(
         select row(uuidv7(), $1::uuid, null, 'status_change', false, null, step.status, now() + make_interval(secs => step.seconds),
                    null, repeat('a', 32))::app_private.activity
           from unnest($2::text[], $3::int[]) with ordinality as step (status, seconds, n) order by step.n), now())`,
      [leadId, steps.map(([status]) => status), steps.map(([, seconds]) => seconds)],
    ),
  );
}

function notes(db: ClientBase) {
  return allValues<string>(db, "select note as value from app_public.activities order by occurred_at");
}

function lead(db: ClientBase) {
  return oneRow(db, "select status, closed_at from app_public.leads");
}
