import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import {
  claimInstance,
  findDatabase,
  findInstance,
  openDatabase,
  releaseInstance,
  updateInstance,
  useDatabase,
} from "../../src/postgres/instance.ts";
import { ensureKey } from "../../src/postgres/key.ts";
import { temporaryFolder } from "../support/folder.ts";

test("an embedded database is opened once per folder, and found there by another program", async () => {
  const config = readConfig({ CATCHMENT_DATA_DIR: await temporaryFolder(), PORT: "4999" });
  expect(await findDatabase(config)).toBeNull();
  const opened = await openDatabase(config, () => {});
  onTestFinished(() => opened.stop());
  await expect(openDatabase(config, () => {})).rejects.toThrow(
    `Catchment already runs in ${config.dataDir}: process ${process.pid}, port 4999.`,
  );
  expect(await findDatabase(config)).toEqual(opened.urls);
  expect(await userOf(opened.urls.worker)).toBe("catchment_worker");

  const used = await useDatabase(config, () => {});
  await used.stop();
  expect(await userOf(opened.urls.api)).toBe("catchment_api");

  await opened.stop();
  expect(await findInstance(config.dataDir)).toBeNull();
  const again = await useDatabase(config, () => {});
  expect(again.urls).toEqual(opened.urls);
  await again.stop();
});

test("prepared roles are used as they are", async () => {
  const url = "postgres://somebody:secret@127.0.0.1:1/nowhere";
  const env = { CATCHMENT_OWNER_URL: url, CATCHMENT_API_URL: url, CATCHMENT_WORKER_URL: url };
  const config = readConfig({ ...env, CATCHMENT_DATA_DIR: await temporaryFolder() });
  const { urls, stop } = await openDatabase(config, () => {});
  expect(urls).toEqual({ owner: url, api: url, worker: url });
  await stop();
});

test("a claim is refused while its process lives, and taken over from a dead one", async () => {
  const folder = await temporaryFolder();
  const claimed = await claimInstance(folder, { port: 4000 });
  await expect(claimInstance(folder, { port: 4001 })).rejects.toThrow("port 4000");
  await updateInstance(folder, { port: 4002, postgresPort: 5999 });
  expect(await findInstance(folder)).toEqual({ ...claimed, port: 4002, postgresPort: 5999 });
  expect((await stat(join(folder, "instance.json"))).mode & 0o777).toBe(0o600);

  // The same number, started at another time: somebody else's process.
  await writeFile(join(folder, "instance.json"), JSON.stringify({ ...claimed, started: "long ago" }));
  expect(await findInstance(folder)).toBeNull();
  await claimInstance(folder, { port: 4003 });
  expect(await findInstance(folder)).toMatchObject({ port: 4003 });
  await releaseInstance(folder);
  expect(await readdir(folder)).toEqual([]);
});

test("of many that claim at once one wins", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "instance.json"), "cut sho");
  const claims = await Promise.allSettled([1, 2, 3, 4].map((port) => claimInstance(folder, { port })));
  expect(claims.filter((claim) => claim.status === "fulfilled")).toHaveLength(1);
});

test("the key of a folder is made once, readable to its owner alone", async () => {
  const dataDir = join(await temporaryFolder(), "new");
  const keys = await Promise.all([1, 2, 3].map(() => ensureKey({ key: null, dataDir })));
  expect(new Set(keys).size).toBe(1);
  expect((await readFile(join(dataDir, "key"), "utf8")).trim()).toBe(keys[0]);
  expect((await stat(join(dataDir, "key"))).mode & 0o777).toBe(0o600);
  expect(await ensureKey({ key: "from the environment", dataDir })).toBe("from the environment");
});

async function userOf(url: string): Promise<unknown> {
  const sql = "select session_user::text as it";
  return withConnection(url, async (client) => (await client.query(sql)).rows[0]?.it);
}

test("a data folder that cannot be made is refused at once, in words that say what to do", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  const claim = (dataDir: string) => claimInstance(dataDir, { port: 4000 });
  await expect(claim("/proc/catchment")).rejects.toThrow("The data folder /proc/catchment cannot be made");
  await expect(claim(join(folder, "file", "below"))).rejects.toThrow(
    /a file where a folder should be, ENOTDIR\)\. Set CATCHMENT_DATA_DIR/,
  );
  await expect(claim(join(folder, "file"))).rejects.toThrow("a file where a folder should be, EEXIST");
  const deep = join(folder, "a", "b", "c");
  await Promise.all([ensureKey({ key: null, dataDir: deep }), ensureKey({ key: null, dataDir: deep })]);
  expect(await readdir(deep)).toEqual(["key"]);
});
