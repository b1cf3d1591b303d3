import { basename } from "node:path";
import type { Client } from "pg";
import { expect } from "vitest";
import { test } from "../policies/land.ts";
import { actAsLogin } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import {
  compile,
  failuresOf,
  type GenericTest,
  type Model,
  readExposures,
  readModels,
  readSources,
} from "../support/dbt.ts";
import { writeHistory } from "../support/operations_history.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { read, readFiles } from "./files.ts";

const inFolder = (folder: string): Model[] =>
  readFiles(`examples/dbt/${folder}`, ".sql").map(({ path, text }) => ({
    name: basename(path, ".sql"),
    sql: text,
  }));
const models = inFolder("models");
const tests = inFolder("tests");
const sources = readSources(read("examples/dbt/models/sources.yml"));
const described = readModels(read("examples/dbt/models/models.yml"));

test("every model answers, and what it answers is Germany's", async ({ db }) => {
  await beGermany(db);
  expect(models.map(({ name }) => name)).toEqual(described.map(({ name }) => name).sort());
  for (const { name, sql } of models) {
    const rows = await allRows<{ territory: string }>(db, compile(sql, models));
    expect([name, new Set(rows.map(({ territory }) => territory))]).toEqual([name, new Set(["de"])]);
  }
  const [value] = await valueBySource(db);
  expect(value).toMatchObject({ primary_source: "newsletter", won_leads: "2", won_value: "200.02" });
});

test("an incremental run reads the days that may still change", async ({ db }) => {
  await beGermany(db);
  const model = models.find(({ name }) => name === "operations_history")?.sql ?? "";
  const first = compile(model, models);
  const { days } = await oneRow<{ days: number }>(
    db,
    `select count(*)::int as days from (${first}) as all_days`,
  );
  expect(days).toBeGreaterThan(1);
  const later = compile(model, models, "select date '2000-01-20' as day");
  expect(await allRows(db, later)).toHaveLength(days);
  expect(await allRows(db, compile(model, models, "select current_date + 20 as day"))).toEqual([]);
});

test("the project's own tests pass, and each can fail", async ({ db }) => {
  await beGermany(db);
  for (const { name, sql } of tests) {
    expect([name, await allRows(db, compile(sql, models))]).toEqual([name, []]);
  }
  const broken: Record<string, (sql: string) => string> = {
    credits_sum_to_one: (sql) => sql.replace("<> 1", "<> 2"),
    rates_are_shares: (sql) => sql.replace("between 0 and 1", "between 2 and 3"),
    won_value_is_credited_once: (sql) => sql.replace("sum(value_amount)", "sum(value_amount + 1)"),
  };
  expect(tests.map(({ name }) => name)).toEqual(Object.keys(broken).sort());
  for (const { name, sql } of tests) {
    const failing = compile(broken[name]?.(sql) ?? sql, models);
    expect([name, (await allRows(db, failing)).length > 0]).toEqual([name, true]);
  }
});

test("a response counts for who gave it, kept or breached", async ({ db }) => {
  const [kept, late] = [
    await receiveOne(db, { attributes: someone() }),
    await receiveOne(db, { attributes: someone() }),
  ];
  await asWorker(db, () =>
    db.query(
      "select app_private.stop_clocks($1::uuid[], array[now() + interval '10 s', now() + interval '1 hour'])",
      [[kept.leadId, late.leadId]],
    ),
  );
  const owners = await allValues<string>(
    db,
    "select distinct owner as value from bi.leads where lead_id = any ($1)",
    [[kept.leadId, late.leadId]],
  );
  await actAsLogin(db, "bi_de");
  const model = models.find(({ name }) => name === "response_by_owner")?.sql ?? "";
  const rows = await allRows<{ owner: string | null; clocks: string; breached: string }>(
    db,
    compile(model, models),
  );
  const told = rows.filter(({ owner }) => owner === null || owners.includes(owner));
  expect(told.map(({ owner }) => owner).sort()).toEqual(owners.sort());
  expect(told.reduce((sum, { clocks }) => sum + Number(clocks), 0)).toBe(2);
  expect(told.reduce((sum, { breached }) => sum + Number(breached), 0)).toBe(1);
});

test("sources and columns are there, generic tests pass, freshness is told", async ({ db }) => {
  await beGermany(db);
  const relations = [
    ...sources.map((table) => ({ ...table, relation: `bi.${table.name}` })),
    ...described.map((table) => {
      const sql = models.find(({ name }) => name === table.name)?.sql ?? "";
      return { ...table, relation: `(${compile(sql, models)}) as ${table.name}` };
    }),
  ];
  for (const { name, relation, columns, loaded_at_field: loadedAt } of relations) {
    for (const column of columns) {
      for (const asked of column.tests) {
        const sql = failuresOf(asked, relation, column.name);
        expect([name, column.name, await allRows(db, sql)]).toEqual([name, column.name, []]);
      }
    }
    if (loadedAt === undefined) continue;
    const [loaded] = await allValues(db, `select max(${loadedAt}) as value from ${relation}`);
    expect([name, loaded]).toEqual([name, expect.any(Date)]);
  }
  const used = [...models, ...tests].flatMap(({ sql }) => [...sql.matchAll(/source\('bi', '(\w+)'\)/g)]);
  const unnamed = used.filter(([, view]) => !sources.some(({ name }) => name === view));
  expect(unnamed).toEqual([]);
});

test("a generic test finds what it is for", async ({ db }) => {
  await beGermany(db);
  const relation = "(select * from (values ('a', 1), ('a', null)) as told (word, number)) as told";
  const asked: [GenericTest, column: string][] = [
    ["unique", "word"],
    ["not_null", "number"],
    [{ accepted_values: { arguments: { values: ["b"] } } }, "word"],
    [{ relationships: { arguments: { to: "source('bi', 'leads')", field: "source" } } }, "word"],
  ];
  for (const [test, column] of asked) {
    expect((await allRows(db, failuresOf(test, relation, column))).length).toBeGreaterThan(0);
  }
});

test("exposures hang on models that are there", () => {
  const refs = readExposures(read("examples/dbt/models/exposures.yml")).flatMap(
    ({ depends_on: depends }) => depends,
  );
  expect(refs.length).toBeGreaterThan(1);
  const names = models.map(({ name }) => `ref('${name}')`);
  expect(refs.filter((ref) => !names.includes(ref))).toEqual([]);
});

/** A small history of Germany, with two won leads that have a value; from here on `db` is its BI login. */
async function beGermany(db: Client): Promise<void> {
  await writeHistory(db);
  await db.query(
    `update app_public.leads set value_amount = 100.01, value_currency = 'EUR', status = 'closed_won', closed_at = now()
      where status in ('closed_won', 'closed_lost')`,
  );
  await actAsLogin(db, "bi_de");
}

function valueBySource(db: Client) {
  const model = models.find(({ name }) => name === "value_by_source");
  return allRows(db, compile(model?.sql ?? "", models));
}
