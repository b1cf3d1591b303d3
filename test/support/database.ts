import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { test as base, inject } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { prepareDatabase } from "../../src/postgres/prepare_database.ts";
import { databaseUrl, rolePasswords, roleUrls } from "../../src/postgres/role_urls.ts";

export type TestDatabase = {
  name: string;
  urls: { superuser: string; owner: string; api: string; worker: string };
  drop: () => Promise<void>;
};

/**
 * `database`: one for the whole test file, for what must commit. `db`: its superuser inside a transaction that is
 * rolled back after the test. `worker`: the login of the stages, likewise; it does not see what `db` has written.
 */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures out of this pattern.
  .extend("database", { scope: "file" }, async ({}, { onCleanup }) => {
    const database = await createDatabase();
    onCleanup(() => database.drop());
    return database;
  })
  .extend("db", async ({ database }, { onCleanup }) => {
    const { client, close } = await connectAndBegin(database.urls.superuser);
    onCleanup(close);
    return client;
  })
  .extend("worker", async ({ database }, { onCleanup }) => {
    const { client, close } = await connectAndBegin(database.urls.worker);
    onCleanup(close);
    return client;
  });

/** A new copy of the migrated template. Whoever makes one drops it. */
export async function createDatabase(): Promise<TestDatabase> {
  const { superuserUrl, template, key } = inject("cluster");
  const name = `test_${process.pid}_${randomBytes(4).toString("hex")}`;
  await withConnection(superuserUrl, (root) =>
    root.query(`create database ${name} template ${template} owner catchment_owner`),
  );
  await prepareDatabase(superuserUrl, name);
  return {
    name,
    urls: {
      superuser: databaseUrl(superuserUrl, name),
      ...roleUrls(superuserUrl, name, rolePasswords(key)),
    },
    drop: () =>
      withConnection(superuserUrl, async (root) => {
        await root.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

async function connectAndBegin(url: string): Promise<{ client: Client; close: () => Promise<void> }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("begin");
  const close = async () => {
    await client.query("rollback");
    await client.end();
  };
  return { client, close };
}
