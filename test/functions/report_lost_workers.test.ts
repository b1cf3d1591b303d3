import type { ClientBase } from "pg";
import { expect } from "vitest";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

const CASES = `
  select territories.slug as territory, teams.slug as team, details, outcome from app_public.exceptions
    join app_public.teams on teams.id = owner_team_id join app_public.territories on territories.id = exceptions.territory_id
   where exceptions.kind = 'workers_lost' order by territories.slug`;

test("three deaths within an hour: one case a client, which closes when an hour has passed without", async ({
  db,
}) => {
  await die(db, 2);
  expect(await report(db)).toBe(0);
  await die(db, 1);
  expect(await report(db)).toBe(2);
  expect(await report(db)).toBe(0);
  expect(await allRows(db, CASES)).toMatchObject([
    { territory: "global", team: "operations", details: { deaths: 3, orphaned_jobs: 0 }, outcome: null },
    { territory: "globex", team: "globex-operations", outcome: null },
  ]);
  expect(await report(db, 3_601)).toBe(0);
  expect(await allRows(db, CASES)).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
});

test("a job in the hands of a worker that nobody knows is reported, one of a known worker is not", async ({
  db,
}) => {
  await db.query("delete from app_private.worker_pools");
  await db.query("insert into app_private.worker_pools (worker_ids) values ('{known}')");
  await asWorker(db, () => db.query("select graphile_worker.add_job('notify', job_key => 'held')"));
  await db.query(
    "update graphile_worker._private_jobs set locked_by = 'known', locked_at = now() - interval '1 hour'",
  );
  expect(await report(db)).toBe(0);
  await db.query("update graphile_worker._private_jobs set locked_by = 'a stranger'");
  expect(await report(db)).toBe(2);
});

async function die(db: ClientBase, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await db.query("insert into app_private.worker_pools (worker_ids) values ('{gone}')");
    await asWorker(db, () => db.query("select app_private.release_dead_workers()"));
  }
}

function report(db: ClientBase, seconds = 0): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(
      db,
      "select app_private.report_lost_workers(now() + make_interval(secs => $1)) as value",
      [seconds],
    ),
  );
}
