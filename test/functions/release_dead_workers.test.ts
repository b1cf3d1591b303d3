import type { ClientBase } from "pg";
import { expect } from "vitest";
import { keepAlive } from "../../src/worker/liveness.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";

test("a worker that lives keeps its jobs", async ({ database }) => {
  const db = await connect(database.urls.worker);
  const alive = await keepAlive({ url: database.urls.worker, lockNames: ["alive"], log: () => {} });
  try {
    await takeJob(db, "alive");
    expect(await release(db)).toBe(0);
    expect(await lockedBy(db)).toEqual(["alive"]);
    expect(await allRows(db, "select from app_private.worker_pools")).toHaveLength(1);
  } finally {
    await alive.stop();
    await release(db);
  }
});

test("a worker that died lets its jobs go, once", async ({ database }) => {
  const db = await connect(database.urls.worker);
  await db.query("delete from app_private.worker_pools");
  await db.query("insert into app_private.worker_pools (worker_ids) values ('{dead-1,dead-2}')");
  for (const worker of ["dead-1", "dead-2", "of nobody known"]) await takeJob(db, worker);
  expect(await release(db)).toBe(1);
  expect(await lockedBy(db)).toEqual(["of nobody known"]);
  expect(await release(db)).toBe(0);
});

test("a job of theirs that was asked for again meanwhile goes: its successor does the work", async ({
  database,
}) => {
  const db = await connect(database.urls.worker);
  await db.query("delete from app_private.worker_pools");
  await db.query("insert into app_private.worker_pools (worker_ids) values ('{dead-3}')");
  await takeJob(db, "dead-3");
  await db.query("select graphile_worker.add_job('drain_captures', job_key => 'dead-3')");
  const jobs = () =>
    allValues(
      db,
      "select key as value from graphile_worker.jobs where key = 'dead-3' or key is null and last_error is null",
    );
  expect(await jobs()).toEqual([null, "dead-3"]);
  expect(await release(db)).toBe(1);
  expect(await jobs()).toEqual(["dead-3"]);
});

test("the lock ends with the process, however it ends, and is taken again when only the connection was lost", async ({
  database,
}) => {
  const db = await connect(database.urls.superuser);
  const alive = await keepAlive({ url: database.urls.worker, lockNames: ["again"], log: () => {} });
  try {
    await db.query(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'catchment-liveness' and datname = current_database()",
    );
    const renewed = async () =>
      (await allRows(db, "select from app_private.worker_pools where worker_ids = '{again}'")).length === 2;
    for (let asked = 0; asked < 10_000 && !(await renewed()); asked += 1);
    expect(await release(db)).toBe(1);
    expect(await release(db)).toBe(0);
  } finally {
    await alive.stop();
  }
});

async function takeJob(db: ClientBase, worker: string): Promise<void> {
  await db.query("select graphile_worker.add_job('drain_captures', job_key => $1)", [worker]);
  await db.query(
    "update graphile_worker._private_jobs set locked_by = $1, locked_at = now() where key = $1",
    [worker],
  );
}

function release(db: ClientBase): Promise<number> {
  return oneValue(db, "select app_private.release_dead_workers() as value");
}

async function lockedBy(db: ClientBase): Promise<string[]> {
  return allValues(
    db,
    "select locked_by as value from graphile_worker._private_jobs where locked_by is not null order by 1",
  );
}
