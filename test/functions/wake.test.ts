import { expect } from "vitest";
import { backendOf, connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { jobs } from "../support/jobs.ts";
import { refusalOf } from "../support/rows.ts";

test("asking twice in one connection is one job", async ({ db }) => {
  await db.query("select app_private.wake('notify'), app_private.wake('notify')");
  expect(await jobs(db)).toMatchObject([{ task: "notify", key: `notify:${await backendOf(db)}` }]);
});

test("two connections that both ask do not wait for each other", async ({ database }) => {
  const [one, other] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  // The very first job of a task in a new database registers its name; that one does make others wait.
  await one.query("select app_private.wake('notify')");
  await one.query("select graphile_worker.remove_job(key) from graphile_worker.jobs");
  await one.query("begin");
  await one.query("select app_private.wake('notify')");
  await other.query("set lock_timeout = '2s'");
  await other.query("select app_private.wake('notify')");
  await one.query("rollback");
  expect(await jobs(one)).toMatchObject([{ key: `notify:${await backendOf(other)}` }]);
});

test("a job that is running does not swallow the next wish", async ({ database }) => {
  const worker = await connect(database.urls.worker);
  await worker.query("select app_private.wake('route_queue')");
  await worker.query(
    "update graphile_worker._private_jobs set locked_by = 'somebody', locked_at = now() where key like 'route_queue:%'",
  );
  await worker.query("select app_private.wake('route_queue')");
  const wishes = (await jobs(worker)).filter(({ task }) => task === "route_queue");
  expect(wishes.map(({ key }) => key)).toEqual([null, `route_queue:${await backendOf(worker)}`]);
});

test("only the machine wakes anything", async ({ db }) => {
  await db.query("set local role catchment_user");
  expect(await refusalOf(db, "select app_private.wake('notify')")).toBe("42501");
  await db.query("reset role");
});
