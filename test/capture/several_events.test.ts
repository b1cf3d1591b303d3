import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished } from "vitest";
import type { Arrival } from "../../src/capture/arrival.ts";
import { makeDoor } from "../../src/capture/receive.ts";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { makeLog } from "../../src/telemetry/log.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows, allValues } from "../support/rows.ts";
import { aDoor } from "./a_door.ts";
import { countCaptures, openServer, send } from "./open_server.ts";

const NDJSON = { "content-type": "application/x-ndjson" };
const LINES = '{"email":"one@example.de"}\n{"email":\n\n{"email":"two@example.de"}\n';

test("each line of NDJSON has its own fate, and is known when it comes again", async ({ database }) => {
  const server = await openServer(database);
  const before = await countCaptures(database);
  const { status, answer } = await send(server, LINES, { headers: NDJSON });
  expect([status, answer.status, answer.events]).toEqual([200, "pending", 3]);
  expect(await countCaptures(database)).toBe(before + 4);
  const again = await send(server, LINES, { headers: NDJSON });
  expect([again.status, again.answer.status, again.answer.captureId]).toEqual([
    200,
    "known",
    answer.captureId,
  ]);
  expect(await countCaptures(database)).toBe(before + 4);

  const pool = makePool(database.urls.worker, { max: 3, applicationName: "test" });
  onTestFinished(() => pool.end());
  await makeDrain({ pool, log: () => {} }).run();
  const root = await connect(database.urls.superuser);
  const fates = await allValues<string>(
    root,
    `select case status when 'processed' then outcome else status end as value from app_public.captures
      where id = $1 or part_of = $1 order by id`,
    [answer.captureId],
  );
  expect(fates).toHaveLength(4);
  expect(fates[0]).toBe("split");
  expect(fates.filter((fate) => fate === "quarantined")).toHaveLength(1);
  const emails = "select email as value from app_public.leads where email like '%@example.de' order by 1";
  expect(await allValues(root, emails)).toEqual(["one@example.de", "two@example.de"]);
});

test("a client's key belongs to one bulk: the same again is known, another is refused and leaves nothing", async ({
  database,
}) => {
  const server = await openServer(database);
  const headers = { ...NDJSON, "idempotency-key": "bulk" };
  const first = await send(server, '{"a":1}\n{"a":2}', { headers });
  const before = await countCaptures(database);
  expect((await send(server, '{"a":1}\n{"a":2}', { headers })).answer).toEqual({
    ...first.answer,
    status: "known",
  });
  expect((await send(server, '{"a":1}\n{"a":2}\n{"a":3}', { headers })).status).toBe(422);
  expect(await countCaptures(database)).toBe(before);
});

test("more events than a request may hold are refused before anything is kept", async ({ database }) => {
  const server = await openServer(database);
  const before = await countCaptures(database);
  const { status, answer } = await send(server, "1\n".repeat(5_001), { headers: NDJSON });
  expect([status, answer.type]).toEqual([413, "urn:catchment:problem:too-many-events"]);
  expect(await countCaptures(database)).toBe(before);
});

test("a vendor's key wins: the same event in other words is known", async ({ database }) => {
  const server = await openServer(database);
  const event = (more: object) =>
    JSON.stringify({ specversion: "1.0", id: "1", source: "/twice", type: "t", ...more });
  const post = (body: string) =>
    fetch(`${server.url}/capture/cloudevents`, {
      method: "POST",
      headers: { "content-type": "application/cloudevents+json", "idempotency-key": crypto.randomUUID() },
      body,
    });
  expect((await post(event({ data: { a: 1 } }))).status).toBe(202);
  const before = await countCaptures(database);
  expect((await post(event({ data: { a: 1, again: true } }))).status).toBe(202);
  expect(await countCaptures(database)).toBe(before);
});

test("the trace of each event of a batch counts, the others get their own", async ({ database }) => {
  const server = await openServer(database);
  const own = "4bf92f3577b34da6a3ce929d0e0e4736";
  const event = (id: string, more = {}) => ({
    specversion: "1.0",
    id,
    source: "/traces",
    type: "t",
    ...more,
  });
  const response = await fetch(`${server.url}/capture/cloudevents`, {
    method: "POST",
    headers: {
      "content-type": "application/cloudevents-batch+json",
      traceparent: `00-${"b".repeat(32)}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify([event("1", { traceparent: `00-${own}-00f067aa0ba902b7-01` }), event("2")]),
  });
  expect(response.status).toBe(202);
  const root = await connect(database.urls.superuser);
  const kept = await allRows<{ trace: string; isPart: boolean }>(
    root,
    `select trace_id as trace, part_of is not null as "isPart" from app_public.captures order by id desc limit 3`,
  );
  expect(kept.filter(({ isPart }) => !isPart).map(({ trace }) => trace)).toEqual(["b".repeat(32)]);
  const traces = kept.filter(({ isPart }) => isPart).map(({ trace }) => trace);
  expect(traces).toContain(own);
  expect(new Set([...traces, "b".repeat(32)]).size).toBe(3);
});

test("whoever repeats a request that failed half way completes it, and is answered only then", async () => {
  const kept = new Map<string, Arrival>();
  let isAway = true;
  const door = makeDoor({
    stage: async (arrival) => {
      const key = arrival.idempotencyKey ?? "";
      if (isAway && key.endsWith(":1")) throw new Error("away");
      const isNew = !kept.has(key);
      if (isNew) kept.set(key, arrival);
      return { captureId: "whole", traceId: arrival.traceId, isNew, sameBody: true };
    },
    doors: { find: async () => aDoor() },
    pathSecret: () => undefined,
    log: makeLog("silent"),
  });
  const server = createServer(door).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/capture/web-form`;
  const post = () => fetch(url, { method: "POST", headers: NDJSON, body: '{"a":1}\n{"a":2}' });

  expect((await post()).status).toBe(500);
  isAway = false;
  const again = await post();
  expect([again.status, await again.json()]).toMatchObject([200, { events: 2 }]);
  expect([...kept.keys()].slice(1).sort()).toEqual(["part:whole:0", "part:whole:1"]);
});
