import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { outsideDirectory } from "../../src/postgres/data_directory.ts";
import { type Embedded, startEmbedded } from "../../src/postgres/embedded.ts";
import { postmasterPid } from "../../src/postgres/leftover.ts";
import { identityOf } from "../../src/postgres/processes.ts";
import { temporaryFolder } from "../support/folder.ts";

const PASSWORD = "a password";

test("a server keeps what was committed over stop, restart and kill -9, on its port", async () => {
  const dataDir = await temporaryFolder();
  const server = await start(dataDir);
  await ask(server, "create table kept as select 1 as number");
  await server.restart();
  await ask(server, "insert into kept values (2)");
  await server.kill9();
  await expect(ask(server, "select 1")).rejects.toThrow();
  await server.restart();
  expect(await ask(server, "select number from kept order by 1")).toEqual([{ number: 1 }, { number: 2 }]);
  await server.stop();

  const later = await start(dataDir);
  expect(later.port).toBe(server.port);
  expect(await ask(later, "select count(*)::int as number from kept")).toEqual([{ number: 2 }]);
  const pid = await postmasterPid(later.directory);
  await later.stop();
  expect(pid && identityOf(pid)).toBeNull();
});

test("a server that is to keep running comes back when it ends by itself, and not after it was stopped", async () => {
  const dataDir = await temporaryFolder();
  const server = await startEmbedded({ dataDir, password: PASSWORD, keepRunning: true, log: () => {} });
  onTestFinished(() => server.stop());
  const pid = await postmasterPid(server.directory);
  await server.kill9();
  await expect
    .poll(() => ask(server, "select 1 as one").catch(() => null), { timeout: 30_000 })
    .toEqual([{ one: 1 }]);
  expect(await postmasterPid(server.directory)).not.toBe(pid);
  await server.stop();
  await expect(ask(server, "select 1")).rejects.toThrow();
});

test("a server that is stopped while it is started again ends, and what was stopped stays so", async () => {
  const dataDir = await temporaryFolder();
  const stopped = Promise.withResolvers<void>();
  const log = (line: string) => {
    if (line.includes("is started again")) stopped.resolve(server.stop());
  };
  const server = await startEmbedded({ dataDir, password: PASSWORD, keepRunning: true, log });
  onTestFinished(() => server.stop());
  await server.kill9();
  await stopped.promise;
  expect(await postmasterPid(server.directory)).toBeNull();
  await expect(ask(server, "select 1")).rejects.toThrow();
  const later = await start(dataDir);
  expect(await ask(later, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("it listens to this machine alone, keeps values out of its log, and takes settings", async () => {
  const server = await start(await temporaryFolder(), { work_mem: "7MB" });
  const shown = async (name: string) => (await ask(server, `select current_setting('${name}') as it`))[0]?.it;
  expect(await shown("listen_addresses")).toBe("127.0.0.1");
  expect(await shown("unix_socket_directories")).toBe("");
  expect(await shown("log_parameter_max_length_on_error")).toBe("0");
  expect(await shown("work_mem")).toBe("7MB");
  expect(await ask(server, "select lower('ÄÖÉ') as it, 'Z' < 'a' as by_code_point")).toEqual([
    { it: "äöé", by_code_point: true },
  ]);
});

test("a folder whose server belongs to a living process is refused, and that server goes on", async () => {
  const dataDir = await temporaryFolder();
  const server = await start(dataDir);
  await expect(start(dataDir)).rejects.toThrow(`is run by process ${process.pid}`);
  expect(await ask(server, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("another password than the folder's is named as the fault", async () => {
  const dataDir = await temporaryFolder();
  await (await start(dataDir)).stop();
  await expect(startEmbedded({ dataDir, password: "another", log: () => {} })).rejects.toThrow(
    "another CATCHMENT_KEY",
  );
  await start(dataDir); // and the failed start is not in the way
});

test("a server that cannot start says why, with the end of its log", async () => {
  const dataDir = await temporaryFolder();
  await expect(start(dataDir, { shared_buffers: "a lot" })).rejects.toThrow(/invalid value.*shared_buffers/s);
});

test("a postmaster.pid that names somebody else's process does not stop a start", async () => {
  const dataDir = await temporaryFolder();
  const { directory, stop } = await start(dataDir);
  await stop();
  await writeFile(join(directory, "postmaster.pid"), `${process.pid}\n${directory}\n0\n5432\n\n127.0.0.1\n`);
  const server = await start(dataDir);
  expect(await ask(server, "select 1 as one")).toEqual([{ one: 1 }]);
});

test.skipIf(process.getuid?.() !== 0)(
  "under root, a folder the server cannot reach sends the data elsewhere",
  async () => {
    const closed = join(await temporaryFolder(), "closed");
    const lines: string[] = [];
    await mkdir(closed, { mode: 0o700 });
    onTestFinished(() => rm(outsideDirectory(closed), { recursive: true, force: true }));
    const server = await start(closed, {}, lines);
    expect(server.directory).toBe(outsideDirectory(closed));
    expect(lines.join("\n")).toContain(`the database lives in ${server.directory}`);
    await ask(server, "create table kept ()");
    await server.stop();
    const again = await start(closed);
    expect(await ask(again, "select to_regclass('kept')::text as it")).toEqual([{ it: "kept" }]);
    expect(JSON.parse(await readFile(join(closed, "postgres.json"), "utf8"))).toMatchObject({
      directory: again.directory,
    });
    expect(await readdir(closed)).not.toContain("postgres");
  },
);

async function start(
  dataDir: string,
  settings: Record<string, string> = {},
  lines: string[] = [],
): Promise<Embedded> {
  const log = (line: string) => lines.push(line);
  const server = await startEmbedded({ dataDir, password: PASSWORD, settings, log });
  onTestFinished(() => server.stop());
  return server;
}

async function ask(server: Embedded, sql: string): Promise<Record<string, unknown>[]> {
  return withConnection(server.superuserUrl("postgres"), async (client) => (await client.query(sql)).rows);
}
