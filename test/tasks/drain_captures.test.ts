import { expect, onTestFinished } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { makeDrainCaptures } from "../../src/tasks/drain_captures.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { jobs } from "../support/jobs.ts";
import { allRows } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

test("the job that an arrival asked for takes it through the stages, once", async ({ database }) => {
  const db = await connect(database.urls.worker);
  const pool = makePool(database.urls.worker, { max: 2, applicationName: "test" });
  onTestFinished(() => pool.end());
  const tasks = { drain_captures: makeDrainCaptures(makeDrain({ pool, log: () => {} })) };
  await stageArrivals(db, [{ attributes: someone() }, { attributes: someone() }]);

  await db.query("begin"); // of the jobs; the drain has connections of its own
  await runJobs(db, tasks);
  const done = () =>
    allRows(db, "select id, processed_at from app_public.captures where status = 'processed'");
  const first = await done();
  expect(first).toHaveLength(2);
  expect((await jobs(db)).filter(({ task }) => task === "drain_captures")).toEqual([]);

  await db.query("select app_private.wake('drain_captures')");
  await runJobs(db, tasks);
  expect(await done()).toEqual(first);
  await db.query("commit");
});
