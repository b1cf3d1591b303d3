import { expect } from "vitest";
import makePartitions from "../../src/tasks/make_partitions.ts";
import { jobs } from "../support/jobs.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

test("months that are missing are made, months that are there are left", async ({ db }) => {
  const partitions = () => allRows(db, "select inhrelid::regclass::text from pg_inherits order by 1");
  const before = await partitions();
  const last = await oneValue<string>(
    db,
    "select to_char(now() at time zone 'UTC' + interval '6 months', 'YYYY_MM') as value",
  );
  await db.query(`drop table app_private.audit_entries_${last}`);
  await db.query("select app_private.wake('make_partitions')");
  await runJobs(db, { make_partitions: makePartitions });
  expect(await partitions()).toEqual(before);
  expect(await jobs(db)).toEqual([]);
});
