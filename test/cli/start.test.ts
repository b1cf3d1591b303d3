import { once } from "node:events";
import { stat } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, inject, onTestFinished } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { databaseUrl } from "../../src/postgres/role_urls.ts";
import { test } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { catchment, preparedEnv, startInstance } from "./program.ts";

test("one keystroke that arrives twice stops in order; the folder is free again", async ({ database }) => {
  const env = { ...preparedEnv(database), CATCHMENT_DATA_DIR: await temporaryFolder() };
  const { child, end, address } = await startInstance(env);
  expect(await (await fetch(`${address}/readyz`)).json()).toMatchObject({ status: "ready" });
  const policyOf = async (path: string) =>
    (await fetch(address + path)).headers.get("content-security-policy");
  expect(await policyOf("/graphiql")).toContain(
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'",
  );
  expect(await policyOf("/")).not.toContain("unsafe");
  const second = await catchment(["start"], { ...env, PORT: "0" });
  expect(second).toMatchObject({ code: 3, stderr: expect.stringContaining(`process ${child.pid}`) });

  const slow = await requestUnderWay(address); // else it may have ended before the second one comes
  child.kill("SIGINT");
  await pause(5);
  const ended = end("SIGINT");
  await pause(100);
  slow.destroy();
  expect(await ended).toBe(0);
  const again = await startInstance(env);
  expect(await again.end("SIGTERM")).toBe(0);
});

test("a port that is taken is told before anything is made", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const dataDir = join(await temporaryFolder(), "new");
  const { code, stderr } = await catchment(["start"], { CATCHMENT_DATA_DIR: dataDir, PORT: String(port) });
  expect(stderr).toContain(`127.0.0.1:${port} is taken by another program. Choose another port with PORT.`);
  expect(code).toBe(3);
  await expect(stat(dataDir)).rejects.toThrow("ENOENT");
});

test("whoever asks a second time does not wait for what is under way", async ({ database }) => {
  const env = { ...preparedEnv(database), CATCHMENT_DATA_DIR: await temporaryFolder() };
  const { address, child, end } = await startInstance(env);
  await requestUnderWay(address);
  child.kill("SIGINT");
  await pause(700); // later than one keystroke may arrive twice
  expect(await end("SIGINT")).toBe(1);
});

test("one part: a worker beside an API, both on the database that is there", async ({ database }) => {
  const env = { ...preparedEnv(database), CATCHMENT_DATA_DIR: await temporaryFolder() };
  const api = await startInstance(env, ["--only", "api"]);
  const answer = await fetch(`${api.address}/capture/web-form`, {
    method: "POST",
    body: JSON.stringify({ email: "only@example.de" }),
  });
  expect(answer.status).toBe(200);
  expect(await countOfLeads(database.urls.worker)).toBe(0);
  const worker = await startInstance(env, ["--only", "worker"]);
  expect(worker.address).toBe("");
  await expect.poll(() => countOfLeads(database.urls.worker), { timeout: 5_000 }).toBe(1);
  expect(await worker.end("SIGTERM")).toBe(0);
  expect(await api.end("SIGTERM")).toBe(0);
});

test("in production: no sample organization, no GraphiQL, and off loopback the page asks for a token", async () => {
  const { superuserUrl, key } = inject("cluster");
  const name = `test_cli_production_${process.pid}`;
  onTestFinished(() =>
    withConnection(superuserUrl, async (root) => {
      await root.query(`drop database if exists ${name} with (force)`);
    }),
  );
  const { address, lines } = await startInstance({
    CATCHMENT_DATA_DIR: await temporaryFolder(),
    DATABASE_URL: databaseUrl(superuserUrl, name),
    CATCHMENT_KEY: key,
    NODE_ENV: "production",
    HOST: "0.0.0.0",
  });
  expect((await fetch(`${address}/graphiql`)).status).toBe(404);
  expect((await fetch(`${address}/`)).status).toBe(401);
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
  expect(lines.join("\n")).not.toContain("ana@example.de");
  const { rows } = await withConnection(databaseUrl(superuserUrl, name), (root) =>
    root.query("select count(*)::int as territories from app_public.territories"),
  );
  expect(rows).toEqual([{ territories: 0 }]);
});

async function countOfLeads(workerUrl: string): Promise<number> {
  const { rows } = await withConnection(workerUrl, (worker) =>
    worker.query("select count(*)::int as leads from app_public.leads where email = 'only@example.de'"),
  );
  return rows[0]?.leads;
}

/** One whose body does not come. */
async function requestUnderWay(address: string): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on("error", () => {});
  socket.write(
    "POST /capture/web-form HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n{",
  );
  await once(socket, "data"); // "continue": the request is under way
  return socket;
}
