import { once } from "node:events";
import { createServer } from "node:http";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { startServer } from "../../src/server/server.ts";
import { makeLog } from "../../src/telemetry/log.ts";
import { openServer, send } from "../capture/open_server.ts";
import { openProxy } from "../capture/proxy.ts";
import { type TestDatabase, test } from "../support/database.ts";

test("the overview counts what arrived and says nothing of what it said", async ({ database }) => {
  await mendOverview(database);
  const server = await openServer(database);
  const { answer } = await send(server, '{"email":"ana@example.de"}');
  const text = await (await fetch(`${server.url}/overview.json`)).text();
  expect(text).toContain(answer.traceId);
  expect(text).not.toContain("ana@");
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^catchment_database_up 1$/m);
  expect(metrics).toMatch(/^catchment_captures_pending [1-9]/m);
  expect(metrics).toMatch(/^catchment_captures_total\{path="web-form",result="stored"\} 1$/m);
});

test("the console is one page that asks nobody else for anything", async ({ database }) => {
  const server = await openServer(database);
  const page = await fetch(`${server.url}/`);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  const files = [page, await fetch(`${server.url}/console.js`), await fetch(`${server.url}/console.css`)];
  for (const file of files) {
    expect(file.status).toBe(200);
    expect(await file.text()).not.toMatch(/https?:\/\/|style="|<script>/);
  }
});

test("beyond loopback only an actor sees the console, the overview and the metrics", async ({ database }) => {
  await mendOverview(database);
  const server = await openServer(database, {
    isLocal: false,
    authenticate: async ({ headers }) => (headers.authorization === "Bearer good" ? { role: "rep" } : null),
  });
  const statuses = async (headers: Record<string, string>) =>
    Promise.all(
      ["/", "/overview.json", "/metrics"].map(
        async (path) => (await fetch(server.url + path, { headers })).status,
      ),
    );
  expect(await statuses({})).toEqual([401, 401, 401]);
  expect(await statuses({ authorization: "Bearer bad" })).toEqual([401, 401, 401]);
  expect(await statuses({ authorization: "Bearer good" })).toEqual([200, 200, 200]);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect((await send(server, "{}")).status).toBe(200);
});

test("ready needs the database and its migrations; alive needs neither", async ({ database }) => {
  const proxy = await openProxy(database.urls.api);
  const world = { isMigrated: false };
  const server = await openServer(
    { urls: { ...database.urls, api: proxy.url } },
    { isMigrated: async () => world.isMigrated },
  );
  const ready = async () => {
    const response = await fetch(`${server.url}/readyz`);
    return [response.status, await response.json()];
  };
  expect(await ready()).toMatchObject([503, { reasons: ["migrations are pending"] }]);
  world.isMigrated = true;
  expect(await ready()).toMatchObject([200, { status: "ready" }]);
  proxy.cut();
  expect(await ready()).toMatchObject([503, { reasons: ["the database does not answer"] }]);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test("a scrape answers without the database, with no number that it does not know", async ({ database }) => {
  const proxy = await openProxy(database.urls.api);
  proxy.cut();
  const server = await openServer({ urls: { ...database.urls, api: proxy.url } });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^catchment_database_up 0$/m);
  expect(metrics).not.toMatch(/^catchment_captures_pending /m);
  expect((await fetch(`${server.url}/overview.json`)).status).toBe(503);
});

test("the API is mounted before the last answer, and its failures show nothing", async ({ database }) => {
  const server = await openServer(database, {
    mountApi: async (app) => {
      app.get("/graphql", (_request, response) => void response.json({ mounted: true }));
      app.get("/broken", () => {
        throw new Error("select secret from postgres://user:password@host/db");
      });
    },
  });
  expect(await (await fetch(`${server.url}/graphql`)).json()).toEqual({ mounted: true });
  const broken = await fetch(`${server.url}/broken`);
  expect([broken.status, await broken.text()]).toEqual([500, expect.not.stringContaining("secret")]);
  expect(server.logged()).toContain("postgres://user:[cut]@host/db");
  expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
});

test("a taken port is named in the error", async ({ database }) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(openServer(database, { port })).rejects.toThrow(`127.0.0.1:${port} is taken`);
  other.close();
});

test("stopping finishes the captures under way", async ({ database }) => {
  const { port, stop } = await startServer({
    port: 0,
    host: "127.0.0.1",
    apiUrl: database.urls.api,
    pathSecret: () => undefined,
    log: makeLog("silent"),
    isLocal: true,
  });
  const url = `http://127.0.0.1:${port}`;
  await send({ url }, "{}");
  const arrived = Promise.withResolvers<void>();
  const request: RequestInit & { duplex: "half" } = {
    method: "POST",
    body: trickle(arrived.resolve),
    duplex: "half",
  };
  const slow = fetch(`${url}/capture/web-form`, request);
  await arrived.promise;
  const stopped = stop();
  expect((await slow).status).toBe(200);
  await stopped;
  await expect(send({ url }, "{}")).rejects.toThrow();
});

/** overview() runs as catchment_worker and reads this view. Goes when the fixture of the view grants it. */
async function mendOverview(database: TestDatabase): Promise<void> {
  await withConnection(database.urls.superuser, (client) =>
    client.query("grant select on app_public.story_entries to catchment_worker"),
  );
}

/** A body whose end comes only after the server was told to stop. */
function trickle(begun: () => void): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      sent += 1;
      controller.enqueue(new TextEncoder().encode(" "));
      if (sent === 3) begun();
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (sent === 8) controller.close();
    },
  });
}
