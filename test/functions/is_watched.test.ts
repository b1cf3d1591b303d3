import type { Client } from "pg";
import { expect } from "vitest";
import { newTraceId, someone, stageArrivals } from "../support/arrivals.ts";
import { backendOf, connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { jobs } from "../support/jobs.ts";
import { oneValue } from "../support/rows.ts";

const ask = (client: Client, name: string) =>
  oneValue<boolean>(client, `select app_private.${name}() as value`);

const drains = async (client: Client) => (await jobs(client)).filter(({ task }) => task === "drain_captures");

test("whoever stores while a drain watches asks for no job, afterwards it does", async ({ database }) => {
  const [drain, door] = await Promise.all([connect(database.urls.worker), connect(database.urls.superuser)]);
  expect(await ask(drain, "begin_watch")).toBe(true);
  expect(await ask(door, "is_watched")).toBe(true);
  await stageArrivals(door, [{ attributes: someone() }]);
  expect(await drains(door)).toEqual([]);

  expect(await ask(drain, "end_watch")).toBe(true);
  expect(await ask(door, "is_watched")).toBe(false);
  await stageArrivals(door, [{ attributes: someone() }]);
  expect(await drains(door)).toHaveLength(1);
});

test("a watch does not end under somebody who counts on it and has not committed", async ({ database }) => {
  const [drain, door] = await Promise.all([connect(database.urls.worker), connect(database.urls.superuser)]);
  await ask(drain, "begin_watch");
  await door.query("begin");
  expect(await ask(door, "is_watched")).toBe(true);
  expect(await ask(drain, "end_watch")).toBe(false);
  await door.query("commit");
  await ask(drain, "begin_watch");
  expect(await ask(drain, "end_watch")).toBe(true);
});

test("who saw that nobody watches does not hinder others from storing, only the next watch", async ({
  database,
}) => {
  const [drain, one, other] = await Promise.all([
    connect(database.urls.worker),
    connect(database.urls.superuser),
    connect(database.urls.superuser),
  ]);
  await one.query("begin");
  expect(await ask(one, "is_watched")).toBe(false);
  expect(await ask(other, "is_watched")).toBe(false);
  expect(await ask(drain, "begin_watch")).toBe(false);
  await one.query("rollback");
  expect(await ask(drain, "begin_watch")).toBe(true);
});

test("one session watches at a time, and the watch dies with it", async ({ database }) => {
  const [drain, second, door] = await Promise.all([
    connect(database.urls.worker),
    connect(database.urls.worker),
    connect(database.urls.superuser),
  ]);
  await ask(drain, "begin_watch");
  expect(await ask(second, "begin_watch")).toBe(false);
  await door.query(
    "select pg_terminate_backend(pid, 5000) from pg_locks join pg_database on pg_database.oid = database and datname = current_database() where locktype = 'advisory' and mode = 'ExclusiveLock' and classid::bigint::int = app_private.watch_lock_class()",
  );
  expect(await ask(door, "is_watched")).toBe(false);
  await door.query("begin");
  await stageArrivals(door, [{ attributes: someone(), traceId: newTraceId() }]);
  const keys = (await jobs(door)).map(({ key }) => key);
  expect(keys).toContain(`drain_captures:${await backendOf(door)}`);
  await door.query("rollback");
});
