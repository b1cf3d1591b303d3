import { Pool } from "pg";
import { expect, onTestFinished, test as plain } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import {
  inTransaction,
  isConnectionLoss,
  isRetryable,
  makePool,
  withClient,
} from "../../src/postgres/pools.ts";
import { test } from "../support/database.ts";

test("a pool outlives the loss of its connections, idle or in use", async ({ database }) => {
  const lines: string[] = [];
  const pool = open(database.urls.worker, (line) => lines.push(line));
  await pool.query("select 1");
  await endWorkers(database.urls.superuser);
  await expect.poll(() => lines.join()).toContain("an idle connection was lost");
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);

  const lost = withClient(pool, async (client) => {
    await endWorkers(database.urls.superuser);
    return client.query("select 1");
  });
  expect(isConnectionLoss(await lost.catch((error: unknown) => error))).toBe(true);
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a transaction keeps all or nothing, and does not call an abandoned one done", async ({ database }) => {
  const pool = open(database.urls.owner);
  await inTransaction(pool, (client) => client.query("create table kept (number int primary key)"));
  const undone = inTransaction(pool, async (client) => {
    await client.query("insert into kept values (1)");
    throw new Error("changed our mind");
  });
  await expect(undone).rejects.toThrow("changed our mind");
  const swallowed = inTransaction(pool, async (client) => {
    await client.query("insert into kept values (2)");
    await client.query("insert into kept values (2)").catch(() => {});
  });
  await expect(swallowed).rejects.toThrow("was rolled back");
  expect((await pool.query("select number from kept")).rows).toEqual([]);
});

plain("a server that is not there is a lost connection, also behind several addresses", async () => {
  const pool = open("postgres://nobody@localhost:1/nothing");
  const error = await pool.query("select 1").catch((refusal: unknown) => refusal);
  expect(isConnectionLoss(error)).toBe(true);
  expect(isConnectionLoss(new Error("wrapped", { cause: error }))).toBe(true);
});

plain("conflicts between transactions are worth another try, faults in the data are not", () => {
  const withCode = (code: string) => Object.assign(new Error("from the server"), { code });
  for (const code of ["40001", "40P01", "55P03", "53100", "57P01", "57P03", "53300", "08006"]) {
    expect(isRetryable(withCode(code)), code).toBe(true);
  }
  for (const code of ["23505", "42501", "22P02", "57014"])
    expect(isRetryable(withCode(code)), code).toBe(false);
  expect(isConnectionLoss(withCode("40001"))).toBe(false);
  expect(isRetryable("a string")).toBe(false);
});

test("a pool that stays full gives up in the end, and that can be tried again", async ({ database }) => {
  const pool = new Pool({ connectionString: database.urls.worker, max: 1, connectionTimeoutMillis: 1_000 });
  onTestFinished(() => pool.end());
  const error = await withClient(pool, () => pool.query("select 1").catch((refusal: unknown) => refusal));
  expect(isRetryable(error)).toBe(true);
});

async function endWorkers(url: string): Promise<void> {
  await withConnection(url, (root) =>
    root.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'catchment_worker' and datname = current_database()`,
    ),
  );
}

function open(url: string, log?: (line: string) => void): Pool {
  const pool = makePool(url, { max: 2, applicationName: "test", ...(log && { log }) });
  onTestFinished(() => pool.end());
  return pool;
}
