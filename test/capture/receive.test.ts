import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished } from "vitest";
import { makeDoor } from "../../src/capture/receive.ts";
import { makeRoom } from "../../src/capture/room.ts";
import { makeLog } from "../../src/telemetry/log.ts";
import { test } from "../support/database.ts";
import { aDoor } from "./a_door.ts";
import { countCaptures, openServer, send, stored } from "./open_server.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

test("a lead is answered with its ids when its bytes are durable", async ({ database }) => {
  const server = await openServer(database);
  const { status, answer } = await send(server, '{"email":"ana@example.de"}', {
    headers: { "content-type": "application/json", "x-catchment-test": "true" },
  });
  expect([status, answer.status]).toEqual([200, "pending"]);
  expect(await stored(database, answer.captureId)).toEqual({
    body: Buffer.from('{"email":"ana@example.de"}'),
    traceId: answer.traceId,
    isTest: true,
    contentType: "application/json",
  });
});

test("a repeated key answers the first capture, and another body is refused", async ({ database }) => {
  const server = await openServer(database);
  const headers = { "idempotency-key": "twice" };
  const first = await send(server, "{}", { headers });
  const before = await countCaptures(database);
  const again = await send(server, "{}", { headers });
  expect(again.answer).toEqual({ ...first.answer, status: "known" });
  const other = await send(server, '{"other":1}', { headers });
  expect(other.status).toBe(422);
  expect(other.answer).toMatchObject({ type: "urn:catchment:problem:idempotency-key-reused", status: 422 });
  expect(await countCaptures(database)).toBe(before);
});

test("fifty at once with one key are one capture; who comes before its answer is told to come back", async ({
  database,
}) => {
  const server = await openServer(database);
  const before = await countCaptures(database);
  const headers = { "idempotency-key": "fifty" };
  const fifty = await Promise.all(Array.from({ length: 50 }, () => send(server, "{}", { headers })));
  const taken = fifty.filter(({ status }) => status === 200);
  expect(new Set(taken.map(({ answer }) => answer.captureId)).size).toBe(1);
  expect(taken.filter(({ answer }) => answer.status === "pending")).toHaveLength(1);
  for (const early of fifty.filter(({ status }) => status !== 200)) {
    expect([early.status, early.headers.get("retry-after")]).toEqual([409, "1"]);
  }
  const again = await send(server, "{}", { headers });
  expect(again.answer).toMatchObject({ captureId: taken[0]?.answer.captureId, status: "known" });
  expect(await countCaptures(database)).toBe(before + 1);
});

test("the sender's trace is kept, an invalid one is ignored", async ({ database }) => {
  const server = await openServer(database);
  const traceOf = async (traceparent: string) =>
    (await send(server, "{}", { headers: { traceparent } })).answer.traceId;
  expect(await traceOf(`00-${TRACE}-00f067aa0ba902b7-01`)).toBe(TRACE);
  expect(await traceOf(`01-${TRACE}-00f067aa0ba902b7-01-later-versions-say-more`)).toBe(TRACE);
  for (const invalid of [
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${TRACE}-00f067aa0ba902b7-01-more`,
    `ff-${TRACE}-00f067aa0ba902b7-01`,
    "nonsense",
  ]) {
    expect(await traceOf(invalid)).not.toBe(TRACE);
  }
});

test("a signed path takes only what its secret signed", async ({ database }) => {
  const server = await openServer(database, {
    pathSecret: (slug) => (slug === "partner-feed" ? "hush" : undefined),
  });
  const before = await countCaptures(database);
  const signature = (secret: string, body: string) =>
    `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const signed = (headers: Record<string, string>) => send(server, "{}", { path: "partner-feed", headers });
  for (const wrong of ["", "sha256=", signature("other", "{}"), signature("hush", "{ }"), "sha256=é"]) {
    expect((await signed({ "x-catchment-signature": wrong })).status).toBe(401);
  }
  expect((await signed({})).status).toBe(401);
  expect(await countCaptures(database)).toBe(before);
  expect((await signed({ "x-catchment-signature": signature("hush", "{}") })).status).toBe(200);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('catchment_captures_total{path="partner-feed",result="bad-signature"} 6');
});

test("a path whose secret is not configured tells the log, not the sender", async ({ database }) => {
  const server = await openServer(database);
  const { status, answer } = await send(server, "{}", { path: "partner-feed" });
  expect(status).toBe(503);
  expect(JSON.stringify(answer)).not.toContain("secret");
  expect(server.logged()).toContain("This path has no secret");
});

test("what cannot be a lead is refused with a problem that says why", async ({ database }) => {
  const server = await openServer(database);
  const before = await countCaptures(database);
  const key = (value: string) => ({ headers: { "idempotency-key": value } });
  const refused = [
    await send(server, "{}", { path: "nowhere" }),
    await send(server, "{}", { path: "__proto__" }),
    await send(server, "{}", key("x".repeat(256))),
    await send(server, "{}", key("käse")),
    await send(server, Buffer.alloc(262_145)),
    await send(server, "{}", { headers: { "content-encoding": "br" } }),
    await send(server, "{}", { headers: { "content-encoding": "gzip" } }),
    await send(server, gzipSync(Buffer.alloc(262_145)), { headers: { "content-encoding": "gzip" } }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([404, 404, 400, 400, 413, 415, 400, 413]);
  for (const { headers } of refused) expect(headers.get("content-type")).toBe("application/problem+json");
  const get = await fetch(`${server.url}/capture/web-form`);
  expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  expect(await countCaptures(database)).toBe(before);
});

test("a gzipped body is kept as what it unpacks to", async ({ database }) => {
  const server = await openServer(database);
  const { answer } = await send(server, gzipSync('{"zipped":true}'), {
    headers: { "content-encoding": "gzip" },
  });
  expect((await stored(database, answer.captureId))?.body.toString()).toBe('{"zipped":true}');
});

test("a door that is full sends away before it accepts, and takes again when there is room", async () => {
  const held = Promise.withResolvers<void>();
  const door = makeDoor({
    stage: async ({ traceId }) => {
      await held.promise;
      return { captureId: crypto.randomUUID(), traceId, isNew: true, sameBody: true };
    },
    doors: { find: async (slug) => aDoor({ slug }) },
    pathSecret: () => undefined,
    log: makeLog("silent"),
    room: makeRoom({ maxArrivals: 1, maxBytes: 50 }),
  });
  const server = createServer(door).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

  const tooManyBytes = await send({ url }, "x".repeat(51));
  const first = send({ url }, "{}");
  const second = send({ url }, "{}");
  const sentAway = await Promise.race([first, second]);
  for (const { status, headers } of [tooManyBytes, sentAway]) {
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
  }
  held.resolve();
  expect((await Promise.all([first, second])).map(({ status }) => status).sort()).toEqual([200, 503]);
  expect((await send({ url }, "{}")).status).toBe(200);
});
