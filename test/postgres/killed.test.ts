import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { startEmbedded } from "../../src/postgres/embedded.ts";
import { postmasterPid } from "../../src/postgres/leftover.ts";
import { identityOf } from "../../src/postgres/processes.ts";
import { temporaryFolder } from "../support/folder.ts";

test("a killed Node leaves no server behind, and its folder starts again with all that was committed", async () => {
  const dataDir = await temporaryFolder();
  const { child, line } = await holdServer(dataDir, "ready ");
  const url = line.slice("ready ".length);
  await withConnection(url, (client) => client.query("create table kept ()"));
  const pid = await postmasterPid(join(dataDir, "postgres"));
  child.kill("SIGKILL");
  await once(child, "exit");

  // At once, while the old server may still be closing: the start waits for it.
  const server = await startEmbedded({ dataDir, password: "a password", log: () => {} });
  onTestFinished(() => server.stop());
  expect(pid && identityOf(pid)).toBeNull();
  const { rows } = await withConnection(server.superuserUrl("postgres"), (client) =>
    client.query("select to_regclass('kept')::text as it"),
  );
  expect(rows).toEqual([{ it: "kept" }]);
});

test("the server of a killed Node ends by itself", async () => {
  const dataDir = await temporaryFolder();
  const { child } = await holdServer(dataDir, "ready ");
  const pid = await postmasterPid(join(dataDir, "postgres"));
  expect(pid && identityOf(pid)).not.toBeNull();
  child.kill("SIGKILL");
  await expect.poll(() => pid && identityOf(pid), { timeout: 10_000, interval: 20 }).toBeNull();
});

test("a cluster whose making was cut short is made again", async () => {
  const dataDir = await temporaryFolder();
  const { child } = await holdServer(dataDir, "making a new database");
  await expect
    .poll(() => readdir(dataDir), { timeout: 5_000, interval: 5 })
    .toContainEqual(expect.stringMatching(/^postgres\.unfinished-/));
  await pause(150); // somewhere in the middle of initdb
  child.kill("SIGKILL");
  await once(child, "exit");
  const server = await startEmbedded({ dataDir, password: "a password", durable: false, log: () => {} });
  onTestFinished(() => server.stop());
  await withConnection(server.superuserUrl("postgres"), (client) => client.query("select 1"));
});

/** Starts the program and resolves with the first line that begins so. */
async function holdServer(
  dataDir: string,
  beginning: string,
): Promise<{ child: ChildProcess; line: string }> {
  const script = join(import.meta.dirname, "hold_server.ts");
  const child = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith(beginning)) return { child, line };
  throw new Error(`The program ended without a line that begins with "${beginning}".`);
}
