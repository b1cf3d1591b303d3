import type { Client } from "pg";
import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { allRows, allValues } from "../support/rows.ts";
import { act, test } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

const OURS = "('app_public', 'app_private', 'app_hidden', 'bi', 'graphile_worker')";

/** Whoever requests and tools run as, with the most that a membership gives. */
const WHO: Record<string, (db: Client) => Promise<void>> = {
  ada: (db) => act(db, "ada"),
  bi_de: (db) => actAsLogin(db, "bi_de"),
  catchment_api: (db) => actAsLogin(db, "catchment_api"),
};

test("no verb but select reaches any table, for anybody", async ({ db }) => {
  const tables = await allRows<{ name: string; column: string }>(
    db,
    `select pg_class.oid::regclass::text as name, min(quote_ident(attname)) as column
       from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a'
      where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ${OURS} group by 1 order by 1`,
  );
  expect(tables.length).toBeGreaterThan(70);
  for (const [who, become] of Object.entries(WHO)) {
    await become(db);
    await db.query("set local transaction_read_only = off");
    const open: string[] = [];
    for (const { name, column } of tables) {
      for (const attempt of [
        `insert into ${name} (${column}) values (null) on conflict do nothing`,
        `update ${name} set ${column} = null`,
        `delete from ${name}`,
        `truncate ${name}`,
        `merge into ${name} using (select 1) as one on true when matched then delete`,
        `copy ${name} to program 'true'`,
        `copy ${name} from program 'true'`,
        `lock table ${name} in share mode`,
        `select from ${name} for update`,
        `create trigger mine after insert on ${name} execute function app_private.close_grants()`,
        `alter table ${name} no force row level security`,
        `create policy mine on ${name} using (true)`,
      ]) {
        // Who does not own a table is told so with 42501 as well.
        if ((await refusal(db, attempt)) !== DENIED) open.push(attempt);
      }
    }
    expect([who, open]).toEqual([who, []]);
    await stopActing(db);
  }
}, 120_000);

test("no partition is read past its parent, by anybody", async ({ db }) => {
  const partitions = await allValues<string>(
    db,
    `select oid::regclass::text as value from pg_class where relispartition and relkind = 'r' and relnamespace::regnamespace::text in ${OURS}`,
  );
  expect(partitions.length).toBeGreaterThan(10);
  for (const [who, become] of Object.entries(WHO)) {
    await become(db);
    for (const name of partitions) {
      expect([who, name, await refusal(db, `select from ${name}`)]).toEqual([who, name, DENIED]);
    }
    await stopActing(db);
  }
});

test("a dump as somebody behind the walls fails, and is never a part of the whole", async ({ db }) => {
  await db.query("create role test_dumper; grant usage on schema app_public to test_dumper");
  await db.query("grant select on all tables in schema app_public to test_dumper");
  const tables = await allValues<string>(
    db,
    `select oid::regclass::text as value from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'app_public'::regnamespace`,
  );
  await actAsLogin(db, "test_dumper");
  const copied: string[] = [];
  for (const table of tables) {
    if ((await refusal(db, `select from ${table}`)) !== "allowed")
      copied.push(`${table} is not even granted`);
  }
  await db.query("set local row_security = off"); // the first thing that pg_dump says
  for (const table of tables) {
    if ((await refusal(db, `select from ${table}`)) !== DENIED) copied.push(table);
  }
  expect(tables.length).toBeGreaterThan(40);
  expect(copied).toEqual([]);
});
