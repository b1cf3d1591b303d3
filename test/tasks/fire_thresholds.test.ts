import type { Client } from "pg";
import { expect } from "vitest";
import fireThresholds from "../../src/tasks/fire_thresholds.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

const tasks = { fire_thresholds: fireThresholds };

test("what is due fires, and the alarm is set for what comes next", async ({ db }) => {
  await overdueBy(db, 250); // of 300 seconds: 80 % have passed
  await runJobs(db, tasks);
  expect(await fired(db)).toEqual([80]);
  expect(await alarm(db)).toEqual([50]);
});

test("every threshold that was missed fires in one run", async ({ db }) => {
  await overdueBy(db, 9000);
  await runJobs(db, tasks);
  expect(await fired(db)).toEqual([80, 100, 150]);
});

test("when nothing is due nothing fires, and the alarm is set all the same", async ({ db }) => {
  await db.query("select app_private.wake('fire_thresholds')");
  await runJobs(db, tasks);
  expect(await fired(db)).toEqual([]);
  expect(await alarm(db)).toHaveLength(1);
});

test("a run that fails says why and is tried again", async ({ db }) => {
  await overdueBy(db, 250);
  await db.query("alter table app_public.escalations add constraint broken check (threshold <> 80)");
  await runJobs(db, tasks);
  const failed = await allRows(
    db,
    "select attempts, last_error is not null as said from graphile_worker.jobs where task_identifier = 'fire_thresholds' and attempts > 0",
  );
  expect(failed).toEqual([{ attempts: 1, said: true }]);
});

async function overdueBy(db: Client, seconds: number): Promise<void> {
  await receiveOne(db, { attributes: someone() });
  await db.query(
    `update app_public.clocks set started_at = started_at - past, running_since = running_since - past,
       segment_started_at = segment_started_at - past, warn_at = warn_at - past, due_at = due_at - past,
       overdue_at = overdue_at - past, next_at = next_at - past
       from make_interval(secs => $1) as past`,
    [seconds],
  );
}

function fired(db: Client): Promise<number[]> {
  return allValues(db, "select threshold as value from app_public.escalations order by threshold");
}

/** Seconds until the next run. */
async function alarm(db: Client): Promise<number[]> {
  const next = (await jobs(db)).filter(({ key }) => key === "fire_thresholds:next");
  const now = (await allValues<Date>(db, "select now() as value"))[0] ?? new Date();
  return next.map(({ run_at }) => Math.round((run_at.getTime() - now.getTime()) / 1000));
}
