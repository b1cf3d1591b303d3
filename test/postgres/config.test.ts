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
    poolerUrl: null,
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

test("GraphQL is free in development, and names its documents in production", () => {
  expect(readConfig({}).graphql).toEqual({ isFree: true, rate: { perSecond: 200, burst: 2_000 } });
  expect(readConfig({ NODE_ENV: "production" }).graphql.isFree).toBe(false);
  const set = { NODE_ENV: "production", CATCHMENT_GRAPHQL_DOCUMENTS: "any", CATCHMENT_GRAPHQL_RATE: "0" };
  expect(readConfig(set).graphql).toEqual({ isFree: true, rate: undefined });
});

test("a provider of identities is named whole, over https, and signs with keys of its own", () => {
  const CATCHMENT_OIDC_ISSUER = "https://id.example";
  const provider = { CATCHMENT_OIDC_ISSUER, CATCHMENT_OIDC_AUDIENCE: "catchment" };
  expect(readConfig({}).oidc).toBeNull();
  expect(readConfig(provider).oidc).toEqual({
    issuer: CATCHMENT_OIDC_ISSUER,
    audience: "catchment",
    algorithms: ["RS256", "ES256"],
    maxAgeSeconds: 43_200,
    trustsEmail: false,
  });
  expect(() => readConfig({ CATCHMENT_OIDC_ISSUER })).toThrow("set both or none");
  for (const wrong of [
    { CATCHMENT_OIDC_ISSUER: "http://id.example" },
    { CATCHMENT_OIDC_ISSUER: "http://localhost.example" },
    { CATCHMENT_OIDC_ALGORITHMS: "RS256,HS256" },
    { CATCHMENT_OIDC_ALGORITHMS: "none" },
    { CATCHMENT_OIDC_MAX_AGE: "0" },
  ]) {
    expect(() => readConfig({ ...provider, ...wrong })).toThrow(Object.keys(wrong)[0]);
  }
});
