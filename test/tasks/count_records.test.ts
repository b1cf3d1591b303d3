import { expect } from "vitest";
import countRecords from "../../src/tasks/count_records.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

// As of refresh_match_statistics: the daily job calls nothing else.
test("each boundary is told how many records it has by now, tests left out", async ({ db }) => {
  const records = () =>
    oneValue<number[]>(
      db,
      "select array_agg(records::int order by records) as value from app_private.match_statistics",
    );
  const work = async () => {
    await db.query("select graphile_worker.add_job('count_records')");
    await runJobs(db, { count_records: countRecords });
  };
  await receive(db, [
    { attributes: someone({ last_name: "Alt" }) },
    { attributes: someone({ last_name: "Weber" }) },
    { attributes: someone({ last_name: "Probe" }), isTest: true },
  ]);
  await work();
  expect(await records()).toEqual([2]);
  await receive(db, [{ attributes: someone({ last_name: "Neu" }) }]);
  await work();
  expect(await records()).toEqual([3]);
});
