import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";
import { KEPT_COLUMNS, KEPT_TABLES } from "./erasure_keeps.ts";
import { read } from "./files.ts";

/** The functions that take away what is personal. */
const SCRUBS = [
  "scrub_people",
  "scrub_touches",
  "scrub_stories",
  "scrub_captures",
  "end_privacy_requests",
  "forget_matches",
  "index_search_update",
]
  .map((name) => read(`db/fixtures/functions/app_private/${name}.sql`))
  .join("\n");

/** Columns that may hold something of a person: text, documents, bytes, dates without a time; not those whose words a check or a key lists. */
const COLUMNS = `
  select pg_class.oid::regclass::text as table, attname as column
    from pg_class join pg_attribute on attrelid = pg_class.oid
    join pg_type on pg_type.oid = atttypid
   where relkind in ('r', 'p') and not relispartition and attnum > 0 and not attisdropped
     and relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
     and coalesce(nullif(pg_type.typelem, 0), atttypid) in (
       'text'::regtype, 'varchar'::regtype, 'jsonb'::regtype, 'json'::regtype, 'bytea'::regtype, 'date'::regtype, 'inet'::regtype, 'xml'::regtype)
     and not exists (
       select from pg_constraint where conrelid = attrelid and conkey = array[attnum]
          and (contype = 'f' or contype = 'c' and pg_get_constraintdef(pg_constraint.oid) ~ '= ANY|= ''\\w+''::text\\)'))
   order by 1, 2`;

test("every column that may hold something of a person is scrubbed, or kept for a reason", async ({ db }) => {
  const columns = await allRows<{ table: string; column: string }>(db, COLUMNS);
  expect(columns.length).toBeGreaterThan(100);
  const unknown = columns
    .filter(({ table, column }) => !(table in KEPT_TABLES) && column !== "trace_id")
    .map(({ table, column }) => ({ name: `${table}.${column}`, isScrubbed: isScrubbed(table, column) }));
  expect(unknown.filter(({ name, isScrubbed }) => !isScrubbed && !(name in KEPT_COLUMNS))).toEqual([]);
  // What is scrubbed, or is not there any more, needs no reason.
  const needed = unknown.filter(({ isScrubbed }) => !isScrubbed).map(({ name }) => name);
  expect(Object.keys(KEPT_COLUMNS).filter((name) => !needed.includes(name))).toEqual([]);
  const tables = new Set(columns.map(({ table }) => table));
  expect(Object.keys(KEPT_TABLES).filter((name) => !tables.has(name))).toEqual([]);
});

test("a column that nobody scrubs is found", () => {
  expect(isScrubbed("app_public.leads", "email")).toBe(true);
  expect(isScrubbed("app_public.leads", "nickname")).toBe(false);
  expect(isScrubbed("app_public.diaries", "email")).toBe(false);
  expect(isScrubbed("app_private.match_records", "first_name")).toBe(true); // the rows go
});

test("what the audit digests is what an erasure empties of a lead", async ({ db }) => {
  const { rows } = await db.query<{ fields: string[] }>("select app_private.personal_fields() as fields");
  const fields = rows[0]?.fields ?? [];
  expect(fields.length).toBeGreaterThan(10);
  expect(fields.filter((field) => !isScrubbed("app_public.leads", field))).toEqual([]);
});

function isScrubbed(table: string, column: string): boolean {
  if (SCRUBS.includes(`delete from ${table}`)) return true;
  const updates = SCRUBS.split(new RegExp(`update ${table}\\s`)).slice(1);
  const sets = updates.map((text) => text.split(/\n\s+(?:where|from) /)[0] ?? "");
  return sets.some((set) => new RegExp(`[\\s,]${column} = `).test(set));
}
