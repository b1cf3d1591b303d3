import { join } from "node:path";
import { compileIncludes, compilePlaceholders } from "graphile-migrate/dist/migration.js";
import { parseSettings } from "graphile-migrate/dist/settings.js";
import type { Client } from "pg";
import { expect } from "vitest";
import { migrateSettings } from "../../src/postgres/migrate.ts";
import { stopActing } from "../support/act_as.ts";
import { test } from "../support/database.ts";
import { describeSchema } from "./describe_schema.ts";
import { ROOT, read, readFiles } from "./files.ts";
import { OUR_FUNCTION, OURS, objects } from "./wall_rules.ts";

test("db/schema.sql is what the database is (npm run check -- --update)", async ({ db }) => {
  expect(await describeSchema(db)).toBe(read("db/schema.sql"));
});

test("running every fixture again changes nothing", async ({ db, database }) => {
  const before = await snapshot(db);
  expect(before.length).toBeGreaterThan(200);
  await replayFixtures(db, database.urls.owner);
  expect(await snapshot(db)).toEqual(before);
});

for (const [what, change] of Object.entries({
  function: "alter function app_private.threshold_at(int, timestamptz, numeric, int, int) cost 7",
  grant: "grant execute on function app_private.wake(text) to catchment_api",
  owner: "alter function app_private.wake(text) owner to catchment_owner",
  policy: "alter policy select_in_my_territories on app_public.leads to catchment_user",
  trigger: "alter table app_public.leads disable trigger _900_audit_update",
  relation: "alter table app_public.leads no force row level security",
  view: "alter view bi.lead_queue reset (security_invoker)",
  schema: "grant usage on schema app_public to catchment_bi",
})) {
  test(`a changed ${what} would be found`, async ({ db }) => {
    const before = await snapshot(db);
    await db.query(change);
    expect(await snapshot(db)).not.toEqual(before);
  });
}

test("everything that the database has stands in a fixture", async ({ db }) => {
  const text = readFiles("db/fixtures", ".sql")
    .map((file) => file.text)
    .join("\n");
  const made = {
    functions: [...text.matchAll(/^create or replace function (\w+\.\w+)\(/gm)].map(([, name]) => name),
    views: [...text.matchAll(/^create or replace view (\w+\.\w+)/gm)].map(([, name]) => name),
    policies: [...text.matchAll(/^create policy (\w+) on (\w+\.\w+)/gm)].map(
      ([, name, on]) => `${name} on ${on}`,
    ),
    triggers: [...text.matchAll(/^create or replace trigger (\w+)\n[^;]*? on (\w+\.\w+)/gm)].map(
      ([, name, on]) => `${name} on ${on}`,
    ),
  };
  const present = {
    functions: await objects(
      db,
      `select pronamespace::regnamespace || '.' || proname from pg_proc where ${OUR_FUNCTION}`,
    ),
    views: await objects(
      db,
      `select oid::regclass from pg_class where relkind = 'v' and relnamespace::regnamespace::text in ${OURS}`,
    ),
    policies: await objects(
      db,
      `select polname || ' on ' || polrelid::regclass from pg_policy join pg_class on pg_class.oid = polrelid where not relispartition`,
    ),
    triggers: await objects(
      db,
      `select tgname || ' on ' || tgrelid::regclass from pg_trigger join pg_class on pg_class.oid = tgrelid
        where not tgisinternal and tgparentid = 0 and relnamespace::regnamespace::text in ${OURS}`,
    ),
  };
  const sorted = Object.entries(made).map(([kind, names]) => [kind, names.sort()]);
  expect(Object.fromEntries(sorted)).toEqual(present);
});

/** As a migration would run them: all of db/fixtures/all.sql, by its owner, inside the test's transaction. */
async function replayFixtures(db: Client, ownerUrl: string): Promise<void> {
  const settings = await parseSettings(migrateSettings({ ownerUrl, log: () => {} }));
  const path = join(ROOT, "db/current/replay.sql");
  const sql = await compileIncludes(settings, "--!include all.sql\n", new Set([path]));
  await db.query("set local session authorization catchment_owner");
  await db.query(compilePlaceholders(settings, sql));
  await stopActing(db);
}

/** Everything that a fixture can make, one line an object, sorted. */
async function snapshot(db: Client): Promise<string[]> {
  return objects(
    db,
    `select concat_ws(' ', 'function', oid::regprocedure, proowner::regrole, proacl, pg_get_functiondef(oid))
       from pg_proc where pronamespace::regnamespace::text in ${OURS}
     union all
     select concat_ws(' ', 'policy', polname, polrelid::regclass, polcmd, polroles::regrole[],
              pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid)) from pg_policy
     union all
     select concat_ws(' ', 'trigger', pg_get_triggerdef(oid), tgenabled) from pg_trigger where not tgisinternal
     union all
     select concat_ws(' ', 'relation', oid::regclass, relkind, relrowsecurity, relforcerowsecurity, relowner::regrole, relacl, reloptions,
              case when relkind = 'v' then pg_get_viewdef(oid) end)
       from pg_class where relnamespace::regnamespace::text in ${OURS}
     union all
     select concat_ws(' ', 'column', attrelid::regclass, attname, attacl) from pg_attribute where attacl is not null
     union all
     select concat_ws(' ', 'schema', nspname, nspowner::regrole, nspacl) from pg_namespace where nspname in ${OURS}
     union all
     select concat_ws(' ', 'permission', action, role, scope) from app_private.permissions`,
  );
}
