import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { temporaryFolder } from "../support/folder.ts";

const KEY = "a key that has more than thirty-two characters";

test("nothing set is an embedded database and a door on this machine alone", () => {
  expect(readConfig({})).toMatchObject({
    environment: "development",
    host: "127.0.0.1",
    port: 4000,
    dataDir: resolve(".catchment"),
    database: { kind: "embedded" },
    key: null,
    replicaUrl: null,
    logLevel: "info",
  });
});

test("what is set to nothing is not set", () => {
  expect(readConfig({ PORT: "", DATABASE_URL: " ", NODE_ENV: "" })).toEqual(
    expect.objectContaining({ port: 4000, database: { kind: "embedded" } }),
  );
});

test("every problem is named at once, and no value is repeated", () => {
  const read = () =>
    readConfig({
      PORT: "seventy",
      LOG_LEVEL: "loud",
      NODE_ENV: "staging",
      DATABASE_URL: "mysql://root:hunter2@host/db",
      REPLICA_DATABASE_URL: "postgres://host",
      CATCHMENT_OWNER_URL: "postgres://a@b/c",
      CATCHMENT_SECRET_META: "file:/nowhere/at/all",
    });
  expect(read).toThrow(/PORT: must be a number/);
  const names = ["LOG_LEVEL", "NODE_ENV", "DATABASE_URL", "REPLICA_DATABASE_URL", "CATCHMENT_KEY"];
  for (const name of [...names, "CATCHMENT_API_URL", "CATCHMENT_WORKER_URL", "CATCHMENT_SECRET_META"]) {
    expect(read).toThrow(`- ${name}: `);
  }
  expect(read).not.toThrow("hunter2");
});

test("a server needs a key of some length", () => {
  const DATABASE_URL = "postgres://root:secret@db.example:5432/catchment";
  expect(() => readConfig({ DATABASE_URL })).toThrow("CATCHMENT_KEY: must be set with DATABASE_URL");
  expect(() => readConfig({ DATABASE_URL, CATCHMENT_KEY: "short" })).toThrow(
    "CATCHMENT_KEY: must have at least 32",
  );
  expect(readConfig({ DATABASE_URL, CATCHMENT_KEY: KEY })).toMatchObject({
    key: KEY,
    database: { kind: "server", rootUrl: DATABASE_URL, urls: null },
  });
});

test("three prepared roles need neither root nor key", () => {
  const url = (role: string) => `postgres://catchment_${role}:secret@db.example/catchment`;
  const config = readConfig({
    CATCHMENT_OWNER_URL: url("owner"),
    CATCHMENT_API_URL: url("api"),
    CATCHMENT_WORKER_URL: url("worker"),
  });
  expect(config.database).toEqual({
    kind: "prepared",
    urls: { owner: url("owner"), api: url("api"), worker: url("worker") },
  });
});

test("secrets may stand in files, without the line end", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "key"), `${KEY}\n`);
  await writeFile(join(folder, "meta"), "from a file\n");
  const config = readConfig({
    CATCHMENT_KEY_FILE: join(folder, "key"),
    CATCHMENT_SECRET_META: `file:${join(folder, "meta")}`,
    CATCHMENT_SECRET_WEB_FORM: "in the open",
  });
  expect(config.key).toBe(KEY);
  expect(config.pathSecret("meta")).toBe("from a file");
  expect(config.pathSecret("web-form")).toBe("in the open");
  expect(config.pathSecret("unknown")).toBeUndefined();
  const both = () => readConfig({ CATCHMENT_KEY: KEY, CATCHMENT_KEY_FILE: join(folder, "key") });
  expect(both).toThrow("CATCHMENT_KEY and CATCHMENT_KEY_FILE are both set");
});
