import type { Client } from "pg";
import { expect } from "vitest";
import { test } from "../policies/land.ts";
import { territoryId } from "../support/acme.ts";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { allRows, allValues } from "../support/rows.ts";
import { read } from "./files.ts";
import { objects } from "./wall_rules.ts";

/** Names that dashboards rely on: one more is a promise, one less breaks somebody. */
const VIEWS = [
  "attribution_credit",
  "attribution_touches",
  "audit_trail",
  "capture_health",
  "capture_paths",
  "clock_segments",
  "exception_ageing",
  "exceptions_last_7_days",
  "exceptions_open",
  "funnel",
  "lead_queue",
  "leads",
  "operations_daily",
  "rework",
  "routing_disagreements",
  "routing_load",
  "sla_performance",
  "source_events",
  "thresholds_due_unfired",
  "time_to_ownership",
  "time_to_route",
  "trace_outcomes",
];

/** A BI login is a viewer unless it was granted the trail, and viewers read none. */
const MANAGERS_ONLY = "bi.audit_trail";

test("schema bi holds these views and nothing else, each under the reader's own walls", async ({ db }) => {
  const found = await objects(db, "select relname from pg_class where relnamespace = 'bi'::regnamespace");
  expect(found).toEqual(VIEWS);
  const beside = await objects(
    db,
    `select relname from pg_class where relnamespace = 'bi'::regnamespace
        and (relkind <> 'v' or not 'security_invoker=true' = any (coalesce(reloptions, '{}'))
             or not has_table_privilege('catchment_bi', oid, 'select')
             or has_table_privilege('catchment_bi', oid, 'insert, update, delete, truncate, references, trigger, maintain'))`,
  );
  expect(beside).toEqual([]);
});

test("every view says its grain and every column its unit or meaning", async ({ db }) => {
  const silent = await objects(
    db,
    `select attrelid::regclass || '.' || attname from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'bi'::regnamespace and attnum > 0 and col_description(attrelid, attnum) is null`,
  );
  expect(silent).toEqual([]);
  const grainless = await objects(
    db,
    "select relname from pg_class where relnamespace = 'bi'::regnamespace and coalesce(obj_description(oid, 'pg_class'), '') !~ 'one row an? '",
  );
  expect(grainless).toEqual([]);
});

test("docs/bi.md lists each view with the grain that its comment says", async ({ db }) => {
  const told = [...read("docs/bi.md").matchAll(/^\| `(\w+)` \| (one row an? [^|]+?) \|/gm)];
  const views = await allRows<{ name: string; comment: string }>(
    db,
    "select relname as name, obj_description(oid, 'pg_class') as comment from pg_class where relnamespace = 'bi'::regnamespace order by 1",
  );
  expect(told.map(([, name]) => name).sort()).toEqual(views.map(({ name }) => name));
  for (const [, name, grain] of told) {
    expect(views.find((view) => view.name === name)?.comment).toContain(grain);
  }
});

test("columns are of types that every tool reads: no enums, no composites, instants with their zone", async ({
  db,
}) => {
  const odd = await objects(
    db,
    `select attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, null)
       from pg_attribute join pg_class on pg_class.oid = attrelid join pg_type on pg_type.oid = atttypid
      where relnamespace = 'bi'::regnamespace and attnum > 0
        and (typtype <> 'b' or (attname ~ '_at$') <> (atttypid = 'timestamptz'::regtype)
             or attname ~ '_id$' and atttypid not in ('uuid'::regtype, 'text'::regtype))`,
  );
  expect(odd).toEqual([]);
});

test("a BI login sees rows of its own territories in every view that has any, and of others none", async ({
  db,
}) => {
  const views = await allValues<string>(
    db,
    `select attrelid::regclass::text as value from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'bi'::regnamespace and attname = 'territory' order by 1`,
  );
  const territories = (view: string) =>
    allValues<string>(db, `select distinct territory as value from ${view} order by 1`);
  let shown = 0;
  for (const view of views) {
    await stopActing(db);
    const all = await territories(view);
    await actAsLogin(db, "bi_de");
    const own = view === MANAGERS_ONLY ? [] : all.filter((slug) => slug === "de");
    expect([view, await territories(view)]).toEqual([view, own]);
    if (all.includes("de") && all.length > 1) shown += 1;
  }
  expect(shown).toBeGreaterThan(12); // the positive control: rows on both sides of the wall
});

test("views without a territory count for a BI login what lies in its own", async ({ db }) => {
  await resolveCases(db);
  await actAsLogin(db, "bi_de");
  const german = await allValues<number>(db, "select sum(exceptions)::int as value from bi.rework");
  await stopActing(db);
  const all = await allValues<number>(db, "select sum(exceptions)::int as value from bi.rework");
  const own = await allValues<number>(
    db,
    "select count(*)::int as value from app_public.exceptions where territory_id = $1 and resolved_at is not null",
    [await territoryId(db, "de")],
  );
  expect(german).toEqual(own);
  expect(german[0]).toBeGreaterThan(0);
  expect(all[0]).toBeGreaterThan(german[0] ?? 0);
});

test("the mutant: with an owner's rights a view shows what it must not, and this rule sees it", async ({
  db,
}) => {
  await db.query("alter view bi.leads set (security_invoker = false)");
  await actAsLogin(db, "bi_de");
  const slugs = await allValues<string>(db, "select distinct territory as value from bi.leads");
  expect(slugs.length).toBeGreaterThan(1);
});

async function resolveCases(db: Client): Promise<void> {
  await stopActing(db);
  await db.query(
    "update app_public.exceptions set resolved_at = opened_at + interval '1 hour', outcome = 'done' where resolved_at is null",
  );
}
