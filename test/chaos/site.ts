import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "pg";
import { test as base, onTestFailed } from "vitest";
import { bootstrap, prepareDatabase, rolePasswords } from "../../src/postgres/bootstrap.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { type Embedded, startEmbedded } from "../../src/postgres/embedded.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { freePort } from "../../src/postgres/port.ts";
import { type RoleUrls, roleUrls } from "../../src/postgres/role_urls.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { type Program, startProgram } from "./program.ts";

/** An installation of a test's own: its database, its programs, and the address of its door. */
export type Site = {
  url: string;
  urls: RoleUrls & { superuser: string };
  startApi: () => Promise<Program>;
  startWorker: () => Promise<Program>;
  /** Asks as superuser, each time on a connection of its own: the others may just have been cut. */
  ask: <Result>(work: (db: Client) => Promise<Result>) => Promise<Result>;
  count: (query: string) => Promise<number>;
  server: Embedded;
};

/** `site`: on a server that belongs to the test file and may be killed, unlike the one of the whole run. */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures out of this pattern.
  .extend("server", { scope: "file" }, async ({}, { onCleanup }) => {
    const { server, close } = await openServer();
    onCleanup(close);
    return server;
  })
  .extend("site", async ({ server }, { onCleanup }) => {
    const { site, close } = await openSite(server);
    onCleanup(close);
    return site;
  });

const TEMPLATE = "catchment_template";
const KEY = "the key of the servers that are killed";
const log = () => {};

/** What it answers as committed is on the disk, as in life. */
async function openServer(): Promise<{ server: Embedded; close: () => Promise<void> }> {
  // The name that openScratch gives: it removes what a killed run has left.
  const dataDir = await mkdtemp(join(tmpdir(), `catchment-scratch-${process.pid}-`));
  await chmod(dataDir, 0o755); // under root the server is another user
  const server = await startEmbedded({ dataDir, password: "scratch", durable: true, log });
  const close = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const rootUrl = server.superuserUrl("postgres");
  const urls = await bootstrap({ rootUrl, database: TEMPLATE, passwords: rolePasswords(KEY), log });
  await migrate({ ownerUrl: urls.owner, rootUrl, withCurrent: true, log });
  await applyFolder(urls.worker, fileURLToPath(new URL("../../examples/acme", import.meta.url)));
  return { server, close };
}

let sites = 0;

async function openSite(server: Embedded): Promise<{ site: Site; close: () => Promise<void> }> {
  sites += 1;
  const database = `site_${sites}`;
  // The other strategy copies sequences that take their next values for logged already: after a crash before the next
  // checkpoint they deal out ids again that rows have, here those of jobs (seen with PostgreSQL 18.4).
  const rootUrl = server.superuserUrl("postgres");
  await withConnection(rootUrl, (root) =>
    root.query(`create database ${database} template ${TEMPLATE} strategy file_copy owner catchment_owner`),
  );
  await prepareDatabase(rootUrl, database);
  const urls = {
    superuser: server.superuserUrl(database),
    ...roleUrls(rootUrl, database, rolePasswords(KEY)),
  };
  const port = await quietPort();
  const programs: Program[] = [];
  onTestFailed(() => console.error(programs.map((program) => program.said()).join("\n")));
  const started = async (program: Promise<Program>) => {
    programs.push(await program);
    return program;
  };
  const ask: Site["ask"] = (work) => withConnection(urls.superuser, work);
  const site: Site = {
    url: `http://127.0.0.1:${port}`,
    urls,
    startApi: () => started(startProgram("serve_api.ts", { apiUrl: urls.api, port })),
    startWorker: () => started(startProgram("serve_worker.ts", { url: urls.worker })),
    ask,
    count: (query) =>
      ask(async (db) => (await db.query<[number]>({ text: query, rowMode: "array" })).rows[0]?.[0] ?? 0),
    server,
  };
  const close = async () => {
    await Promise.all(programs.map((program) => program.kill()));
    await withConnection(rootUrl, (root) => root.query(`drop database ${database} with (force)`));
  };
  return { site, close };
}

/**
 * Below the range from which connections take their own ports: a client that asks a dead port of that range again
 * and again is at last connected to itself, and the program cannot have its port back.
 */
async function quietPort(): Promise<number> {
  for (;;) {
    const wished = 20_000 + Math.floor(Math.random() * 10_000);
    if ((await freePort(wished)) === wished) return wished;
  }
}
