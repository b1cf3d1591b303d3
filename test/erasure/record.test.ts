import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { readLedger } from "../../src/erasure/ledger_file.ts";
import { makeRecordErasures } from "../../src/erasure/record.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { PROGRAM, plainEnvironment, preparedEnv } from "../cli/program.ts";
import { someone } from "../support/arrivals.ts";
import { arrive } from "../support/arrive.ts";
import { connect } from "../support/connections.ts";
import { test as base, createDatabase, type TestDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { allValues, oneValue } from "../support/rows.ts";

// biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures out of this pattern.
const test = base.extend("site", async ({}, { onCleanup }) => {
  const database = await createDatabase();
  const pool = makePool(database.urls.api, { max: 4, applicationName: "test" });
  onCleanup(async () => {
    await pool.end();
    await database.drop();
  });
  const file = join(await temporaryFolder(), "erasures.ndjson");
  return { database, file, record: makeRecordErasures(pool, file) };
});

/** unrecorded_erasures and mark_erasures_recorded, and what lies between them. */
test("an erasure is written once, with the login of the API, by whoever comes first", async ({ site }) => {
  const erased = await eraseSomebody(site.database);
  const { record, file } = site;
  const counts = await Promise.all([record(), record(), record()]);
  expect(counts.toSorted()).toEqual([0, 0, 1]);
  expect((await readLedger(file)).entries.map(({ id }) => id)).toEqual([erased]);
});

test("killed between the commit and the ledger: the next process writes the line", async ({ site }) => {
  const db = await connect(site.database.urls.superuser);
  const earlier = await eraseSomebody(site.database);
  await db.query("begin");
  await db.query("select from app_private.erasures where id = $1 for update", [earlier]);
  const leadId = await killErasure(site);
  await db.query("rollback");

  expect(
    await oneValue(db, "select erased_at is not null as value from app_public.leads where id = $1", [leadId]),
  ).toBe(true);
  await expect(readLedger(site.file)).rejects.toThrow("ENOENT");
  expect(await site.record()).toBe(2);
  const { entries } = await readLedger(site.file);
  expect(entries.map((entry) => entry.leadId)).toContain(leadId);
});

test("killed between the ledger and the mark: the line comes twice, and counts once", async ({ site }) => {
  const db = await connect(site.database.urls.superuser);
  await db.query(`
    create function public.wait() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(42); return new; end $$;
    create trigger wait before update on app_private.erasures for each row execute function public.wait();`);
  await db.query("begin");
  await db.query("select pg_advisory_xact_lock(42)");
  const leadId = await killErasure(site);
  await db.query("rollback");

  const written = async () => (await readLedger(site.file)).entries.map((entry) => entry.leadId);
  expect(await written()).toEqual([leadId]);
  expect(await site.record()).toBe(1);
  expect(await written()).toEqual([leadId, leadId]);
  expect(await site.record()).toBe(0);
});

type Site = { database: TestDatabase; file: string };

/** `catchment erase`, killed while it waits for a lock that the test holds. Answers the lead. */
async function killErasure({ database, file }: Site): Promise<string | null> {
  const db = await connect(database.urls.superuser); // what it sees of others stands still inside a transaction
  const { leadId } = await arrive(database, { attributes: someone() });
  const child = spawn(process.execPath, [PROGRAM, "erase", leadId ?? ""], {
    stdio: "ignore",
    env: { ...plainEnvironment(), ...preparedEnv(database), CATCHMENT_ERASURE_LEDGER: file },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  for (let waits = false; !waits && child.exitCode === null; ) {
    waits = await oneValue(
      db,
      `select exists (select from pg_stat_activity where datname = current_database()
         and application_name = 'catchment erase' and wait_event_type = 'Lock') as value`,
    );
  }
  child.kill("SIGKILL");
  expect((await exited)[1]).toBe("SIGKILL"); // it did not end by itself
  await db.query(
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'catchment erase' and datname = current_database()",
  );
  return leadId;
}

async function eraseSomebody(database: TestDatabase): Promise<string | undefined> {
  const { leadId } = await arrive(database, { attributes: someone() });
  const [id] = await withConnection(database.urls.worker, (db) =>
    allValues<string>(
      db,
      "select id as value from app_private.erase_people(array[$1::uuid], 'request', now())",
      [leadId],
    ),
  );
  return id;
}
