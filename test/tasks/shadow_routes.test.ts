import { expect } from "vitest";
import shadowRoutes from "../../src/tasks/shadow_routes.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

test("what was decided since the shadow began is compared; without one nothing is", async ({ db }) => {
  const compared = () => oneValue(db, "select count(*)::int as value from app_public.shadow_routes");
  const run = async () => {
    await db.query("select app_private.wake('shadow_routes')");
    await runJobs(db, { shadow_routes: shadowRoutes });
  };
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await receive(db, [{ attributes: someone() }], { asOf: anHourAgo });
  await run();
  expect(await compared()).toBe(0);
  await db.query(
    `with draft as (insert into app_public.revisions (digest, applied_by, applied_at, is_draft) values ('x', 'test', now(), true) returning id)
     insert into app_private.shadow_runs (revision, started_at, ends_at, looked_at)
     select id, $1::timestamptz - interval '1 minute', now() + interval '1 day', $1 from draft`,
    [anHourAgo],
  );
  await run();
  await run();
  expect(await compared()).toBe(1);
});
