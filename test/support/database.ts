import { randomBytes } from "node:crypto";
import { test as base, inject } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { prepareDatabase } from "../../src/postgres/prepare_database.ts";
import { databaseUrl, rolePasswords, roleUrls } from "../../src/postgres/role_urls.ts";
import { makeSession } from "./session.ts";

export type TestDatabase = {
  name: string;
  urls: { superuser: string; owner: string; api: string; worker: string };
  drop: () => Promise<void>;
};

/**
 * `database`: one for the whole test file, for what must commit. `db`: its superuser inside a transaction that is
 * rolled back after the test. `worker`: the login of the stages, likewise; it does not see what `db` has written.
 * Their sessions last as long as the file: a new one would plan every function again for each test.
 */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures out of this pattern.
  .extend("database", { scope: "file" }, async ({}, { onCleanup }) => {
    const database = await createDatabase();
    onCleanup(() => database.drop());
    return database;
  })
  .extend("superuserSession", { scope: "file" }, async ({ database }, { onCleanup }) => {
    const session = makeSession(database.urls.superuser);
    onCleanup(session.end);
    return session;
  })
  .extend("workerSession", { scope: "file" }, async ({ database }, { onCleanup }) => {
    const session = makeSession(database.urls.worker);
    onCleanup(session.end);
    return session;
  })
  .extend("db", async ({ superuserSession }, { onCleanup }) => {
    onCleanup(superuserSession.rollBack);
    return superuserSession.begin();
  })
  .extend("worker", async ({ workerSession }, { onCleanup }) => {
    onCleanup(workerSession.rollBack);
    return workerSession.begin();
  });

/** A new copy of the migrated template, or of another one. Whoever makes one drops it. */
export async function createDatabase(
  name = `test_${process.pid}_${randomBytes(4).toString("hex")}`,
  template = inject("cluster").template,
): Promise<TestDatabase> {
  const { superuserUrl } = inject("cluster");
  await withConnection(superuserUrl, (root) =>
    root.query(`create database ${name} template ${template} strategy file_copy owner catchment_owner`),
  );
  await prepareDatabase(superuserUrl, name);
  return databaseOf(name);
}

export function databaseOf(name: string): TestDatabase {
  const { superuserUrl, key } = inject("cluster");
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
