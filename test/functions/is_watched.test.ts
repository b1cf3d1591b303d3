import type { Client } from "pg";
import { expect } from "vitest";
import { newTraceId, someone, stageArrivals } from "../support/arrivals.ts";
import { backendOf, connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { jobs } from "../support/jobs.ts";
import { allRows, oneValue } from "../support/rows.ts";

const ask = (client: Client, name: string) =>
  oneValue<boolean>(client, `select app_private.${name}() as value`);

/** As src/pipeline/watch.ts: the watch is the transaction that stays open. */
async function begin(drain: Client): Promise<boolean> {
  await drain.query("begin");
  const isWatching = await ask(drain, "begin_watch");
  if (!isWatching) await drain.query("rollback");
  return isWatching;
}

async function end(drain: Client): Promise<boolean> {
  await drain.query("commit");
  return ask(drain, "end_watch");
}

const drains = async (client: Client) => (await jobs(client)).filter(({ task }) => task === "drain_captures");

test("whoever stores while a drain watches asks for no job, afterwards it does", async ({ database }) => {
  const [drain, door] = await Promise.all([connect(database.urls.worker), connect(database.urls.superuser)]);
  expect(await begin(drain)).toBe(true);
  expect(await ask(door, "is_watched")).toBe(true);
  await stageArrivals(door, [{ attributes: someone() }]);
  expect(await drains(door)).toEqual([]);

  expect(await end(drain)).toBe(true);
  expect(await ask(door, "is_watched")).toBe(false);
  await stageArrivals(door, [{ attributes: someone() }]);
  expect(await drains(door)).toHaveLength(1);
});

test("a watch does not end under somebody who counts on it and has not committed", async ({ database }) => {
  const [drain, door] = await Promise.all([connect(database.urls.worker), connect(database.urls.superuser)]);
  await begin(drain);
  await door.query("begin");
  expect(await ask(door, "is_watched")).toBe(true);
  expect(await end(drain)).toBe(false);
  await door.query("commit");
  await begin(drain);
  expect(await end(drain)).toBe(true);
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
  expect(await begin(drain)).toBe(false);
  await one.query("rollback");
  expect(await begin(drain)).toBe(true);
});

test("one session watches at a time, and the watch dies with it", async ({ database }) => {
  const [drain, second, door] = await Promise.all([
    connect(database.urls.worker),
    connect(database.urls.worker),
    connect(database.urls.superuser),
  ]);
  await begin(drain);
  expect(await begin(second)).toBe(false);
  await door.query("select pg_terminate_backend($1, 5000)", [await backendOf(drain)]);
  expect(await ask(door, "is_watched")).toBe(false);
  await door.query("begin");
  await stageArrivals(door, [{ attributes: someone(), traceId: newTraceId() }]);
  const keys = (await jobs(door)).map(({ key }) => key);
  expect(keys).toContain(`drain_captures:${await backendOf(door)}`);
  await door.query("rollback");
});

test("a watch writes nothing, so it holds back no vacuum and no seal, and lasts however long", async ({
  database,
}) => {
  const [drain, door] = await Promise.all([connect(database.urls.worker), connect(database.urls.superuser)]);
  await drain.query("set idle_in_transaction_session_timeout = '5min'");
  expect(await begin(drain)).toBe(true);
  expect(
    await oneValue(drain, "select current_setting('idle_in_transaction_session_timeout') as value"),
  ).toBe("0");
  expect(
    await allRows(door, "select state, backend_xid, backend_xmin from pg_stat_activity where pid = $1", [
      await backendOf(drain),
    ]),
  ).toEqual([{ state: "idle in transaction", backend_xid: null, backend_xmin: null }]);
  await end(drain);
  expect(
    await oneValue(drain, "select current_setting('idle_in_transaction_session_timeout') as value"),
  ).toBe("5min");
});
