import { expect } from "vitest";
import applyRetention from "../../src/tasks/apply_retention.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

test("the daily job forgets whatever is past its time, and nothing where no rule says so", async ({ db }) => {
  await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  await db.query("update app_public.leads set last_activity_at = now() - interval '2 days'");
  const erased = () => oneValue<number>(db, "select count(erased_at)::int as value from app_public.leads");
  const work = async () => {
    await db.query("select graphile_worker.add_job('apply_retention')");
    await runJobs(db, { apply_retention: applyRetention });
  };
  await work();
  expect(await erased()).toBe(0);
  await db.query(
    `insert into app_private.retention_rules (slug, territory_id, subject, keep_days)
     select 'any', id, 'leads', 1 from app_public.territories where slug = 'global'`,
  );
  await work();
  expect(await erased()).toBe(2);
});
