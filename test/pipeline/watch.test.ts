import { expect } from "vitest";
import { withWatch } from "../../src/pipeline/watch.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows } from "../support/rows.ts";

test("the connection that watches holds no snapshot, so it holds back no vacuum however long it watches", async ({
  database,
}) => {
  const observer = await connect(database.urls.superuser);
  const pool = makePool(database.urls.worker, { max: 1, applicationName: "watch under test", log: () => {} });
  try {
    const watching = await withWatch(pool, async (watch) => {
      await watch.begin();
      const sessions = await allRows(
        observer,
        "select state, backend_xid, backend_xmin from pg_stat_activity where application_name = 'watch under test'",
      );
      await watch.end();
      return sessions;
    });
    expect(watching).toEqual([{ state: "idle in transaction", backend_xid: null, backend_xmin: null }]);
  } finally {
    await pool.end();
  }
});
