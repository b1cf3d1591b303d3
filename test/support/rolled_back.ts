import type { ClientBase } from "pg";
import { test as base, inject } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { createDatabase, databaseOf } from "./database.ts";
import { oneValue } from "./rows.ts";
import { makeSession, type Session } from "./session.ts";

/**
 * `db` and `worker` as in database.ts, for files in which nothing commits: such files share a database, one after the other,
 * and its sessions, which keep the plans of what they called. A test that ends its transaction all the same fails.
 */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures out of this pattern.
  .extend("shared", { scope: "worker" }, async ({}) => sharedDatabase())
  .extend("superuserSession", { scope: "worker" }, async ({ shared }, { onCleanup }) => {
    const session = makeSession(shared.urls.superuser);
    onCleanup(session.end);
    return session;
  })
  .extend("workerSession", { scope: "worker" }, async ({ shared }, { onCleanup }) => {
    const session = makeSession(shared.urls.worker);
    onCleanup(session.end);
    return session;
  })
  .extend("db", async ({ superuserSession }, { onCleanup }) => begun(superuserSession, onCleanup))
  .extend("worker", async ({ workerSession }, { onCleanup }) => begun(workerSession, onCleanup));

/** That of this place among those in which files run at the same time. It goes with the cluster. */
async function sharedDatabase() {
  const name = `test_shared_${process.env.VITEST_POOL_ID}`;
  const { rowCount } = await withConnection(inject("cluster").superuserUrl, (root) =>
    root.query("select from pg_database where datname = $1", [name]),
  );
  return rowCount === 0 ? createDatabase(name) : databaseOf(name);
}

async function begun(session: Session, onCleanup: (clean: () => Promise<void>) => void) {
  const db = await session.begin();
  const began = await beganAt(db);
  onCleanup(async () => {
    const now = await beganAt(db).catch(() => began); // an error ended it
    await session.rollBack();
    if (now !== began)
      throw new Error("A test of a shared database committed: take `test` from support/database.ts.");
  });
  return db;
}

/** When the transaction began, as a number that no time zone of a test changes. */
function beganAt(db: ClientBase): Promise<string> {
  return oneValue(db, "select extract(epoch from now())::text as value");
}
