import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { createDatabase } from "../support/database.ts";

test("a connection that began when leads were known to be few reads no more of them when they are many", async () => {
  const database = await createDatabase();
  const pool = makePool(database.urls.worker, { max: 1, applicationName: "test" });
  onTestFinished(async () => {
    await pool.end();
    await database.drop();
  });
  const db = await connect(database.urls.superuser);
  const drain = makeDrain({ pool, log: (line) => expect.fail(line), batchSize: 5 });
  const arrive = async (count: number) => {
    const arrivals = Array.from({ length: count }, () => ({ attributes: someone() }));
    await stageArrivals(db, arrivals);
    const before = await leadsRead(pool);
    while ((await drain.batch()) > 0);
    return (await leadsRead(pool)) - before;
  };

  await db.query("vacuum (analyze) app_public.leads");
  const first = await arrive(5);
  await arrive(300);
  expect(await arrive(5)).toBeLessThan(first + 100);
});

/** Rows of `leads` that the one connection has looked at, also for keys of other tables. */
async function leadsRead(pool: Pool): Promise<number> {
  await pool.query("select pg_stat_force_next_flush()");
  const { rows } = await pool.query<{ read: number }>(
    "select (seq_tup_read + idx_tup_fetch)::int as read from pg_stat_user_tables where relid = 'app_public.leads'::regclass",
  );
  return rows[0]?.read ?? expect.fail("no statistics");
}
