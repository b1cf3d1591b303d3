import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { UNAUDITED } from "./unaudited.ts";

/** What the worker may do to a table without any trigger that writes the audit and fires always, as `table: verbs`. */
const SILENT = `
  select pg_class.oid::regclass::text || ': ' || string_agg(verb, ' ' order by verb) as change
    from pg_class cross join unnest(array['insert', 'update', 'delete']) with ordinality as verbs (verb, bit)
   where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ('app_public', 'app_private')
     and case when verb = 'delete' then has_table_privilege('catchment_worker', pg_class.oid, verb)
              else has_any_column_privilege('catchment_worker', pg_class.oid, verb) end
     and not exists (
       select from pg_trigger join pg_proc on pg_proc.oid = tgfoid
        where tgrelid = pg_class.oid and tgenabled = 'A' and proname like 'audit\\_%'
          and tgtype & case verb when 'insert' then 4 when 'delete' then 8 else 16 end > 0)
   group by pg_class.oid
   order by 1`;

async function silent(db: Parameters<typeof allRows>[0]): Promise<string[]> {
  return (await allRows<{ change: string }>(db, SILENT)).map(({ change }) => change);
}

test("every change is written into the audit, or is left out for a reason", async ({ db }) => {
  const reasons = Object.keys(UNAUDITED);
  const found = await silent(db);
  expect({
    unaudited: found.filter((change) => !reasons.includes(change)),
    noLongerSo: reasons.filter((change) => !found.includes(change)),
  }).toEqual({ unaudited: [], noLongerSo: [] });
  expect(Object.values(UNAUDITED).filter((reason) => reason.length < 15)).toEqual([]);
});

test("a table that should be audited and is not is named", async ({ db }) => {
  await db.query(
    "create table app_private.new_policies (id int); grant insert, update on app_private.new_policies to catchment_worker",
  );
  await db.query("alter table app_public.memberships enable trigger _900_audit_delete"); // not `always`
  await db.query("drop trigger _900_audit_update on app_public.leads");
  expect((await silent(db)).filter((change) => !(change in UNAUDITED))).toEqual([
    "app_private.new_policies: insert update",
    "app_public.leads: update",
    "app_public.memberships: delete",
  ]);
});
