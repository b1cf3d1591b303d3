import type { Client } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { roleUrl } from "../../src/postgres/role_urls.ts";
import { BI_PASSWORD } from "../support/acme.ts";
import type { TestDatabase } from "../support/database.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { test as base } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

const CANARY = "canary-of-france";
const OWN = "canary-of-germany";

/** Beside the land, a word that stands in France only, and one in Germany; `bi` is a real login of Germany. */
const test = base.extend("bi", async ({ land }, { onCleanup }) => {
  await withConnection(land.urls.superuser, async (root) => {
    await root.query(MARK, [CANARY, "fr"]);
    await root.query(MARK, [OWN, "de"]);
    await root.query("analyze");
  });
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const { promise: ready, resolve: open } = Promise.withResolvers<Client>();
  const closed = asBi(land, (client) => {
    open(client);
    return over;
  });
  onCleanup(() => {
    end();
    return closed;
  });
  return await ready;
});

const MARK = `
  with places as (select id from app_public.territories where slug = $2),
  leads as (update app_public.leads set company = $1, company_domain = $1 where territory_id in (select id from places))
  update app_public.source_events set campaign = $1 where territory_id in (select id from places)`;

const PROBES = [
  `select * from bi.leads where company_domain = '${CANARY}'`,
  `select * from bi.source_events where campaign = '${CANARY}'`,
  "select * from bi.operations_daily",
  "select * from bi.lead_queue order by score",
];

test("nothing of another territory is found by its value, its order or an error that a value would raise", async ({
  bi,
}) => {
  for (const probe of PROBES) expect(JSON.stringify(await allRows(bi, probe))).not.toContain(CANARY);
  await bi.query("begin");
  // The division fails on the word, where it is asked of the row that holds it: of one's own it is.
  for (const [word, code] of [
    [CANARY, "allowed"],
    [OWN, "22012"],
  ]) {
    for (const condition of [
      `1 / (case when company_domain like '${word}%' then 0 else 1 end) = 1`,
      `1 / (length(company) - length('${word}') * (company = '${word}')::int) > -1`,
      `1 / (case when lower(company) || territory ~ '^${word}' then 0 else 1 end) = 1`,
    ]) {
      const sql = `select from bi.leads where ${condition}`;
      expect([sql, await refusal(bi, sql)]).toEqual([sql, code]);
    }
  }
  await bi.query("rollback");
});

test("explain tells numbers and what was asked, and no value of another territory", async ({ bi }) => {
  for (const probe of PROBES) {
    const asked = probe.replaceAll(CANARY, "canary-of");
    const plan = JSON.stringify(
      await allRows(bi, `explain (analyze, verbose, buffers, settings, format json) ${asked}`),
    );
    expect(plan).toContain("Plan");
    expect(plan).not.toContain(CANARY);
  }
});

test("statistics and other sessions stay closed; sizes and counters of whole tables are open, as docs/security.md says", async ({
  bi,
}) => {
  expect(
    await allRows(bi, "select from pg_stats where schemaname in ('app_public', 'app_private', 'bi')"),
  ).toEqual([]);
  expect(
    await allRows(
      bi,
      "select from pg_stat_activity where usename <> session_user and query <> '<insufficient privilege>'",
    ),
  ).toEqual([]);
  await bi.query("begin");
  for (const sql of [
    "select from pg_statistic",
    "select from pg_statistic_ext_data",
    "select from pg_authid",
    "select from pg_shadow",
    "select from pg_largeobject",
    "select pg_read_binary_file('PG_VERSION')",
    "select pg_ls_dir('.')",
    "select pg_stat_reset()",
    "select pg_create_logical_replication_slot('x', 'pgoutput')",
    "select lo_import('/etc/hostname')",
  ]) {
    expect([sql, await refusal(bi, sql)]).toEqual([sql, DENIED]);
  }
  await bi.query("rollback");
  const open = await oneValue<boolean>(
    bi,
    "select sum(pg_relation_size(oid)) > 0 and max(reltuples) > 0 as value from pg_class where relnamespace = 'app_public'::regnamespace",
  );
  expect(open).toBe(true);
  await bi.query("set default_transaction_read_only = off");
  await bi.query("begin");
  expect(await refusal(bi, "select pg_advisory_xact_lock(1), lo_create(0)")).toBe("allowed");
  await bi.query("rollback");
});

test("no function of the catalog reads a table that the login cannot name", async ({ bi }) => {
  await bi.query("set default_transaction_read_only = off");
  const leads = await oneValue<string>(
    bi,
    "select oid::text as value from pg_class where relname = 'leads' and relnamespace = 'app_public'::regnamespace",
  );
  await bi.query("begin");
  for (const sql of [
    "select query_to_xml('select * from app_public.leads', true, true, '')",
    `select table_to_xml(${leads}::regclass, true, true, '')`,
    "select schema_to_xml('app_public', true, true, '')",
    "select cursor_to_xml('x', 1, true, true, '') from (select 1) as one, lateral (select query_to_xml('table app_private.audit_entries', true, true, '')) as two",
    "select ts_stat('select to_tsvector(email) from app_public.leads')",
    "select 'app_public.leads'::regclass",
    `select ${leads}::regclass::text::regclass`,
    "copy app_public.leads to stdout",
    "table app_public.leads",
    "do $$ begin perform 1 from app_public.leads; end $$",
    "do $$ begin execute 'select 1 from app_private.lead_identities'; end $$",
    "prepare peek as select * from app_public.leads",
    "declare peek cursor for select * from app_public.leads",
    "lock table app_public.leads in access share mode",
    "analyze app_public.leads",
  ]) {
    expect([sql, await refusal(bi, sql)]).toEqual([sql, DENIED]);
  }
  await bi.query("rollback");
});

test("it changes nothing that another session would meet: no object, lock, grant, setting or comment", async ({
  bi,
}) => {
  await bi.query("set default_transaction_read_only = off");
  await bi.query("begin");
  for (const sql of [
    "create function bi.mine() returns int language sql as 'select 1'",
    "create function public.mine() returns int language sql as 'select 1'",
    "create temporary view mine as select 1",
    "create temporary sequence mine",
    "create operator bi.=== (leftarg = int, rightarg = int, function = int4eq)",
    "create extension dblink",
    "create publication mine",
    "create subscription mine connection 'host=127.0.0.1' publication mine with (connect = false)",
    "create server mine foreign data wrapper none",
    "create language mine handler plpgsql_call_handler",
    "create statistics bi.mine on lead_id, territory from bi.leads",
    "create policy mine on app_public.leads using (true)",
    "create trigger mine after insert on app_public.leads execute function app_private.overview()",
    "alter view bi.leads set (security_invoker = false)",
    "alter view bi.leads owner to bi_de",
    "alter role bi_de createrole",
    "alter role bi_de bypassrls",
    "alter role catchment_bi login",
    "grant catchment_worker to bi_de",
    "comment on view bi.leads is 'mine'",
    "lock table bi.leads in access exclusive mode",
    "lock table bi.leads in row exclusive mode",
    "set log_statement = 'all'",
    "set session authorization default; set session authorization catchment_worker",
  ]) {
    const code = await refusal(bi, sql);
    // Objects that are not there to build on are missed before rights are looked at.
    expect([sql, [DENIED, "42704", "42809"].includes(code)]).toEqual([sql, true]);
  }
  const rights = "select relacl::text as value from pg_class where oid = 'bi.leads'::regclass";
  const before = await allValues(bi, rights);
  await bi.query("grant select on bi.leads to public"); // a warning, and nothing is granted
  expect(await allValues(bi, rights)).toEqual(before);
  await bi.query("rollback");
  await expect(bi.query("alter system set log_statement = 'all'")).rejects.toMatchObject({ code: DENIED });
});

test("listening tells that something arrived somewhere, and no word of it", async ({ bi, land }) => {
  const heard: string[] = [];
  bi.on("notification", ({ channel, payload }) => heard.push(`${channel} ${payload}`));
  const functions = await withConnection(land.urls.superuser, (root) =>
    allValues<string>(root, "select prosrc as value from pg_proc where prosrc ~ 'pg_notify'"),
  );
  expect(functions.length).toBeGreaterThan(0);
  await bi.query('listen "jobs:insert"');
  await withConnection(land.urls.worker, (worker) =>
    worker.query("select graphile_worker.add_job('drain_captures', '{\"canary\": \"canary-of-france\"}')"),
  );
  await expect
    .poll(() => bi.query("select").then(() => heard.length), { timeout: 10_000 })
    .toBeGreaterThan(0);
  expect(heard.join()).not.toContain(CANARY);
});

function asBi(land: Pick<TestDatabase, "urls">, work: (bi: Client) => Promise<void>): Promise<void> {
  return withConnection(roleUrl(land.urls.worker, "bi_de", BI_PASSWORD), work);
}
