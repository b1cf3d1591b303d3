import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { readFiles } from "./files.ts";
import { unqualifiedColumns } from "./policy_text.ts";
import {
  OURS,
  objects,
  openPolicies,
  tablesWithoutWall,
  unforcedTables,
  viewsBesideTheWall,
  writingPolicies,
} from "./wall_rules.ts";

test("every table and partition has forced row security and the worker's policy", async ({ db }) => {
  expect(await unforcedTables(db)).toEqual([]);
});

test("every readable table with a territory stands behind the one wall", async ({ db }) => {
  expect(await tablesWithoutWall(db)).toEqual([]);
});

test("only the worker has a policy that is simply true, and only the worker writes", async ({ db }) => {
  expect(await openPolicies(db)).toEqual([]);
  expect(await writingPolicies(db)).toEqual([]);
});

test("the two policies of another form are known", async ({ db }) => {
  const others = await objects(
    db,
    `select polname || ' on ' || polrelid::regclass from pg_policy
      where polroles <> array['catchment_worker'::regrole::oid]
        and not exists (select from pg_attribute where attrelid = polrelid and attname = 'territory_id')`,
  );
  expect(others).toEqual([
    "select_in_my_territories on app_public.territories", // its id is the territory
    "select_whom_i_share_with on app_public.actors", // an actor has no territory: test/policies/actors.test.ts
  ]);
});

test("users and BI may read and nothing else, partitions not even that", async ({ db }) => {
  const { rows } = await db.query<{ rel: string; role: string; kind: string }>(
    `select pg_class.oid::regclass::text as rel, rolname as role, privilege as kind
       from pg_class
      cross join (values ('catchment_api'), ('catchment_user'), ('catchment_bi'), ('bi_de')) as roles (rolname)
      cross join (values ('select'), ('insert'), ('update'), ('references')) as privileges (privilege)
      where pg_class.relkind in ('r', 'p', 'v') and pg_class.relnamespace::regnamespace::text in ${OURS}
        and has_any_column_privilege(rolname, pg_class.oid, privilege)
        and (privilege <> 'select' or pg_class.relispartition or rolname = 'catchment_api')
     union all
     select pg_class.oid::regclass::text, rolname, privilege
       from pg_class
      cross join (values ('catchment_api'), ('catchment_user'), ('catchment_bi'), ('bi_de')) as roles (rolname)
      cross join (values ('delete'), ('truncate'), ('trigger')) as privileges (privilege)
      where pg_class.relkind in ('r', 'p', 'v') and pg_class.relnamespace::regnamespace::text in ${OURS}
        and has_table_privilege(rolname, pg_class.oid, privilege)`,
  );
  expect(rows).toEqual([]);
});

test("views run with the rights of whoever asks, and none is materialized", async ({ db }) => {
  expect(await viewsBesideTheWall(db)).toEqual([]);
});

test("policy files say the table of every column", async ({ db }) => {
  const columns = await objects(
    db,
    `select distinct attname from pg_attribute join pg_class on pg_class.oid = attrelid
      where attnum > 0 and pg_class.relkind in ('r', 'p') and pg_class.relnamespace::regnamespace::text in ${OURS}`,
  );
  const files = readFiles("db/fixtures/policies", ".sql");
  expect(files.length).toBeGreaterThan(20);
  expect(
    files.flatMap(({ path, text }) => unqualifiedColumns(text, columns).map((name) => `${path}: ${name}`)),
  ).toEqual([]);
});

test("an unqualified column is found, a qualified one and a function are not", () => {
  const columns = ["id", "territory_id", "name"];
  const policy = (expression: string) => `create policy p on t for select\n  using (${expression});`;
  expect(
    unqualifiedColumns(policy("exists (select from teams where teams.id = territory_id)"), columns),
  ).toEqual(["territory_id"]);
  expect(unqualifiedColumns(policy("leads.territory_id = any (array(select ids())) -- id"), columns)).toEqual(
    [],
  );
});

test("every table has its policy file, and nothing but its own policies stands in it", async ({ db }) => {
  const tables = await objects(
    db,
    `select pg_class.oid::regclass from pg_class
      where pg_class.relkind in ('r', 'p') and not pg_class.relispartition and pg_class.relnamespace::regnamespace::text in ${OURS}`,
  );
  const described = readFiles("db/fixtures/policies", ".sql").map(({ path, text }) => {
    const named = [
      ...text.matchAll(/^(?:alter table|create policy \w+ on|\s+on) (\w+\.\w+)|^grant .* on (\w+\.\w+)/gm),
    ];
    return [path, ...new Set(named.map((match) => match[1] ?? match[2]))].join(" ");
  });
  expect(described.sort()).toEqual(
    tables.map((table) => `db/fixtures/policies/${table.split(".")[1]}.sql ${table}`).sort(),
  );
});
