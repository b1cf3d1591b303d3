import { expect, onTestFinished } from "vitest";
import type { Arrival } from "../../src/capture/arrival.ts";
import { makeStager, type StagerOptions } from "../../src/capture/stage.ts";
import { Unavailable } from "../../src/capture/unavailable.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { type TestDatabase, test } from "../support/database.ts";
import { countCaptures, openServer, send, stored } from "./open_server.ts";
import { openProxy } from "./proxy.ts";

test("many arrivals at once share few statements, and each gets its own receipt", async ({ database }) => {
  const { stager, arrival, batches } = await open(database);
  const bodies = Array.from({ length: 1_200 }, (_, number) => `{"number":${number}}`);
  const receipts = await Promise.all(bodies.map((body) => stager.stage(arrival(body))));
  expect(batches.toSorted()).toEqual([200, 500, 500]);
  expect(new Set(receipts.map(({ captureId }) => captureId)).size).toBe(1_200);
  for (const number of [0, 499, 500, 1_199]) {
    expect((await stored(database, receipts[number]?.captureId))?.body.toString()).toBe(bodies[number]);
  }
});

test("concurrent requests over HTTP are stored by far fewer statements", async ({ database }) => {
  const server = await openServer(database);
  await Promise.all(Array.from({ length: 400 }, () => send(server, "{}")));
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(Number(/^catchment_capture_batch_rows_sum (\d+)$/m.exec(metrics)?.[1])).toBe(400);
  expect(Number(/^catchment_capture_batch_rows_count (\d+)$/m.exec(metrics)?.[1])).toBeLessThan(200);
});

test("a batch holds at most 4 MB", async ({ database }) => {
  const { stager, arrival, batches } = await open(database);
  const large = "x".repeat(1_500_000);
  await Promise.all([1, 2, 3, 4, 5].map(() => stager.stage(arrival(large))));
  expect(batches.toSorted()).toEqual([1, 2, 2]);
});

test("a row that cannot be stored fails alone", async ({ database }) => {
  const { stager, arrival } = await open(database);
  const before = await countCaptures(database);
  const bad: Arrival = { ...arrival("bad"), traceId: "not a trace" };
  const many = [...Array.from({ length: 20 }, () => arrival("good")), bad, arrival("good")];
  const outcomes = await Promise.allSettled(many.map(stager.stage));
  expect(outcomes.map(({ status }) => status).filter((status) => status === "rejected")).toHaveLength(1);
  expect(outcomes[20]).toMatchObject({ status: "rejected", reason: { code: "23514" } });
  expect(await countCaptures(database)).toBe(before + 21);
});

test("without a database captures are answered 503, and taken again when it is back", async ({
  database,
}) => {
  const proxy = await openProxy(database.urls.api);
  const server = await openServer({ urls: { ...database.urls, api: proxy.url } });
  expect((await send(server, "{}")).status).toBe(200);
  proxy.cut();
  const away = await send(server, "{}");
  expect([away.status, away.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(JSON.stringify(away.answer)).not.toMatch(/connect|postgres|select/i);
  proxy.restore();
  expect((await send(server, "{}")).status).toBe(200);
});

test("a door that never saw its list answers 503, not 404", async ({ database }) => {
  const proxy = await openProxy(database.urls.api);
  proxy.cut();
  const server = await openServer({ urls: { ...database.urls, api: proxy.url } });
  expect((await send(server, "{}")).status).toBe(503);
});

test("a database that hangs is given up, for those who wait behind too, and its connection closed", async ({
  database,
}) => {
  const proxy = await openProxy(database.urls.api);
  const failures: number[] = [];
  const { stager, arrival, pool } = await open(database, proxy.url, {
    timeoutMs: 300,
    onFailure: (_error, rows) => failures.push(rows),
  });
  await stager.stage(arrival("before"));
  proxy.freeze();
  const hung = Array.from({ length: 1_500 }, () => stager.stage(arrival("hung")));
  for (const outcome of await Promise.allSettled(hung)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(Unavailable) });
  }
  expect(failures.reduce((sum, rows) => sum + rows, 0)).toBe(1_500);
  proxy.cut();
  proxy.restore();
  await stager.stage(arrival("after"));
  expect(pool.totalCount).toBeLessThanOrEqual(2);
});

test("closing waits for what was taken and refuses what comes after", async ({ database }) => {
  const { stager, arrival } = await open(database);
  const taken = stager.stage(arrival("taken"));
  const closing = stager.close();
  await expect(stager.stage(arrival("late"))).rejects.toThrow(Unavailable);
  await closing;
  expect((await taken).isNew).toBe(true);
});

async function open(database: TestDatabase, url = database.urls.api, options: StagerOptions = {}) {
  const pool = makePool(url, { max: 3, applicationName: "test" });
  onTestFinished(() => pool.end());
  const batches: number[] = [];
  const stager = makeStager(pool, { onBatch: (rows) => batches.push(rows), ...options });
  const { rows } = await withConnection(database.urls.superuser, (client) =>
    client.query<{ id: number }>("select id from app_public.capture_paths where slug = 'web-form'"),
  );
  const pathId = rows[0]?.id ?? 0;
  const arrival = (body: string): Arrival => ({
    pathId,
    idempotencyKey: null,
    body: Buffer.from(body),
    contentType: null,
    traceId: "0123456789abcdef0123456789abcdef",
    isTest: false,
  });
  return { pool, stager, arrival, batches };
}
