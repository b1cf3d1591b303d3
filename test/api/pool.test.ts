import { describe, expect } from "vitest";
import { makePool } from "../../src/postgres/pools.ts";
import { test } from "../support/database.ts";
import { hasPgbouncer, startPgbouncer } from "../support/pgbouncer.ts";
import { type Hammered, hammer, remains } from "./hammer.ts";
import { serve } from "./serve.ts";

const REQUESTS = 5_000;
const LONG = 300_000; // 15 s on a quiet machine

test("over two connections, with aborts, cancels and errors, nobody gets a row of another and nothing stays", {
  timeout: LONG,
  retry: 2, // a pooler that is not there yet says nothing about walls
}, async ({ database }) => {
  const pool = makePool(database.urls.api, { max: 2, applicationName: "test" });
  const api = await serve(database, { pool });
  try {
    expectWalls(await hammer(api, database, REQUESTS));
    await expectNothingStays(pool, database.urls.api);
  } finally {
    await api.close();
    await pool.end();
  }
});

describe.skipIf(!hasPgbouncer)("with pgbouncer (apt-get install pgbouncer)", () => {
  test("the same behind two connections of a pooler in transaction mode", {
    timeout: LONG,
    retry: 2,
  }, async ({ database }) => {
    const bouncer = await startPgbouncer(database.urls.api, 2);
    const api = await serve(database, { poolerUrl: bouncer.url });
    const pool = makePool(bouncer.url, { max: 2, applicationName: "test" });
    try {
      expectWalls(await hammer(api, database, REQUESTS));
      await expectNothingStays(pool, database.urls.api);
    } finally {
      await api.close();
      await pool.end();
      await bouncer.stop();
    }
  });
});

/** Everybody was answered, disturbed and left often enough for this to mean something. */
function expectWalls(found: Hammered): void {
  expect(found.foreign).toEqual([]);
  expect(found.late).toBe(0);
  for (const who of ["dora", "felix", "nina", "ada", "rhea", "null"])
    expect(found.answered[who] ?? 0, who).toBeGreaterThan(REQUESTS / 250);
  expect(found.refused).toBeGreaterThan(REQUESTS / 10);
  expect(found.left).toBeGreaterThan(10);
  expect(found.cancelled).toBeGreaterThan(20);
}

/** The sessions of this pool are like one in which nobody has asked anything. */
async function expectNothingStays(pool: ReturnType<typeof makePool>, url: string): Promise<void> {
  const fresh = makePool(url, { max: 1, applicationName: "test" });
  const clients = await Promise.all([fresh.connect(), pool.connect(), pool.connect()]);
  try {
    const [clean, ...used] = await remains(clients);
    expect(clean).toMatchObject({ role: "none", actor: "", current_user: "catchment_api" });
    expect(used).toEqual([clean, clean]);
  } finally {
    for (const client of clients) client.release(true);
    await fresh.end();
  }
}
