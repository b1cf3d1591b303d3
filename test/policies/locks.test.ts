import type { Client } from "pg";
import { expect } from "vitest";
import { roleUrl } from "../../src/postgres/role_urls.ts";
import { keepAlive } from "../../src/worker/liveness.ts";
import { BI_PASSWORD } from "../support/acme.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test as base } from "../support/database.ts";
import { jobs } from "../support/jobs.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { DENIED, refusal } from "./refusal.ts";

/** The weakest login of all holds every advisory lock that releases before took. */
const test = base.extend("bi", async ({ database }): Promise<Client> => {
  const bi = await connect(roleUrl(database.urls.worker, "bi_de", BI_PASSWORD));
  await bi.query("set default_transaction_read_only = off");
  const held = await oneValue<boolean>(
    bi,
    `select bool_and(pg_try_advisory_lock(hashtext(name))) as value
       from unnest('{catchment.fire_thresholds,seal_audit,sign_audit,report_unsent,report_unprocessed,report_lost_workers,
                     report_overdue_thresholds,notification_failed}'::text[]) as name`,
  );
  expect(held).toBe(true);
  for (const [name, count] of [
    ["catchment.drain_captures", 1],
    ["catchment.worker", 20],
  ]) {
    await bi.query("select pg_advisory_lock(hashtext($1), n) from generate_series(1, $2::int) as n", [
      name,
      count,
    ]);
  }
  return bi;
});

test("a BI login that holds advisory locks stops no sweep and no alarm", async ({ database, bi }) => {
  const worker = await connect(database.urls.worker);
  await worker.query("set statement_timeout = '5s'");
  for (const call of [
    "app_private.arm_fire_thresholds()",
    "app_private.seal_audit(10)",
    "app_private.take_turn('sign_audit')",
    "app_private.report_unsent(now())",
    "app_private.report_unprocessed(now())",
    "app_private.report_lost_workers(now())",
    "app_private.report_overdue_thresholds(now())",
    "app_private.fail_notifications('[]', now())",
  ]) {
    await worker.query(`select ${call}`);
  }
  expect((await jobs(worker)).map(({ key }) => key)).toContain("fire_thresholds:next");
  expect(await heldBy(bi)).toBe(29);
});

test("a BI login that holds advisory locks does not look like a drain, and hinders none", async ({
  database,
  bi,
}) => {
  const [drain, door] = await Promise.all([connect(database.urls.worker), connect(database.urls.superuser)]);
  const wakeUps = async () => (await jobs(door)).filter(({ task }) => task === "drain_captures").length;
  await stageArrivals(door, [{ attributes: someone() }]);
  expect(await wakeUps()).toBe(1);
  await bi.query("select pg_advisory_lock(hashtext('catchment.drain_captures'), 2)");
  await drain.query("begin");
  expect(await oneValue(drain, "select app_private.begin_watch() as value")).toBe(true);
  expect(await oneValue(door, "select app_private.is_watched() as value")).toBe(true);
  await drain.query("commit");
  expect(await oneValue(drain, "select app_private.end_watch() as value")).toBe(true);
  expect(await heldBy(bi)).toBe(30);
});

test("a BI login that holds advisory locks keeps no worker from starting and no dead one alive", async ({
  database,
  bi,
}) => {
  const worker = await connect(database.urls.worker);
  const alive = await keepAlive({ url: database.urls.worker, lockNames: ["one"], log: () => {} });
  expect(await oneValue(worker, "select app_private.release_dead_workers() as value")).toBe(0);
  await alive.stop();
  let dead = 0;
  for (let asked = 0; asked < 10_000 && dead === 0; asked += 1) {
    dead = await oneValue(worker, "select app_private.release_dead_workers() as value");
  }
  expect(dead).toBe(1);
  expect(await heldBy(bi)).toBe(29);
});

test("the locks that count are on tables that a BI login cannot name", async ({ database, bi }) => {
  await bi.query("begin");
  for (const table of ["turns", "drain_watches", "watched_stores", "worker_pools"]) {
    for (const sql of [
      `lock table app_private.${table} in exclusive mode`,
      `lock table app_private.${table} in access share mode`,
      `select from app_private.${table} for update`,
      "select app_private.take_turn('arm_fire_thresholds')",
      "select app_private.begin_watch()",
    ]) {
      expect([sql, await refusal(bi, sql)]).toEqual([sql, DENIED]);
    }
  }
  await bi.query("rollback");
  const worker = await connect(database.urls.worker);
  await worker.query("begin");
  expect(await refusal(worker, "lock table app_private.drain_watches in exclusive mode")).toBe("allowed");
  await worker.query("rollback");
});

async function heldBy(bi: Client): Promise<number> {
  return (
    await allRows(
      bi,
      "select from pg_locks where locktype = 'advisory' and granted and pid = pg_backend_pid()",
    )
  ).length;
}
