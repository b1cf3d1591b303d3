import { expect } from "vitest";
import countRecords from "../../src/tasks/count_records.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

// As of refresh_match_statistics.
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

test("and people are asked what two batches left to each other", async ({ db }) => {
  const asked = () =>
    oneValue<number>(
      db,
      "select count(*)::int as value from app_public.exceptions where kind = 'possible_duplicate'",
    );
  const keys = { email: "ana@mail.example", phone: "+493012345678" };
  await receive(db, [
    { attributes: { email: keys.email, country: "DE" } },
    { attributes: { phone: keys.phone, country: "DE" } },
  ]);
  await db.query("update app_private.match_statistics set questions = 5"); // as many as may be asked
  await receive(db, [{ attributes: { ...keys, country: "DE" } }]);
  expect(await asked()).toBe(0);
  await db.query("update app_private.match_statistics set questions = 0");
  await db.query("select graphile_worker.add_job('count_records')");
  await runJobs(db, { count_records: countRecords });
  expect(await asked()).toBe(1);
});
