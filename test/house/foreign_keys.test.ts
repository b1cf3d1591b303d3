import { expect } from "vitest";
import { test } from "../support/rolled_back.ts";
import { OURS, objects } from "./wall_rules.ts";

const KEY = `pg_constraint.conname || ' on ' || pg_constraint.conrelid::regclass`;
/** Ours, and not the copies that partitions have. */
const KEYS = `pg_constraint.contype = 'f' and pg_constraint.conparentid = 0 and pg_constraint.connamespace::regnamespace::text in ${OURS}`;

test("every foreign key says what happens on delete", async ({ db }) => {
  const all = await objects(db, `select ${KEY} from pg_constraint where ${KEYS}`);
  expect(all.length).toBeGreaterThan(30);
  expect(
    await objects(db, `select ${KEY} from pg_constraint where ${KEYS} and pg_constraint.confdeltype = 'a'`),
  ).toEqual([]);
});

/**
 * A partial index counts when all that it leaves out is null: such a row refers to nothing. So does one that begins with the column
 * that says by itself what is referred to: of (lead_id, territory_id) the lead.
 */
const WITHOUT_INDEX = `
  select ${KEY} from pg_constraint
   where ${KEYS} and not exists (
     select from pg_index
      where pg_index.indrelid = pg_constraint.conrelid
        and ((pg_index.indkey::int2[])[0:cardinality(pg_constraint.conkey) - 1] @> pg_constraint.conkey
          or exists (select from pg_constraint as whole
                      where whole.conrelid = pg_constraint.confrelid and whole.contype = 'p' and cardinality(whole.conkey) = 1
                        and pg_index.indkey[0] = pg_constraint.conkey[array_position(pg_constraint.confkey, whole.conkey[1])]))
        and coalesce(pg_get_expr(pg_index.indpred, pg_index.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$', true))`;

/** Keys to configuration from what flows. No login may delete the row they point at, so nothing ever searches by them. */
const NEED_NO_INDEX = [
  "assignments_owner_id_fkey on app_public.assignments",
  "captures_path_id_fkey on app_public.captures",
  "clocks_policy_id_fkey on app_public.clocks",
  "leads_sla_policy_id_fkey on app_public.leads",
  "leads_team_id_fkey on app_public.leads",
  "notifications_recipient_id_fkey on app_public.notifications",
];

test("every foreign key has an index, but those to what no login may delete", async ({ db }) => {
  expect(await objects(db, WITHOUT_INDEX)).toEqual(NEED_NO_INDEX);
  const deletable = await objects(
    db,
    `select ${KEY} from pg_constraint
       join unnest(array['catchment_api', 'catchment_user', 'catchment_worker', 'catchment_bi']) as login
         on has_table_privilege(login, pg_constraint.confrelid, 'delete')
      where ${KEYS} and ${KEY} = any ($1)`,
    [NEED_NO_INDEX],
  );
  expect(deletable).toEqual([]);
});

test("a key without an index is found", async ({ db }) => {
  await db.query("drop index app_public.exceptions_owner_id_idx");
  expect(await objects(db, WITHOUT_INDEX)).toContain("exceptions_owner_id_fkey on app_public.exceptions");
});

test("nothing points at a partitioned table: its partitions could never be dropped", async ({ db }) => {
  expect(
    await objects(
      db,
      `select ${KEY} from pg_constraint join pg_class on pg_class.oid = pg_constraint.confrelid
        where ${KEYS} and (pg_class.relkind = 'p' or pg_class.relispartition)`,
    ),
  ).toEqual([]);
});

/** Tables with a lead and without its territory, and why. */
const APART: Record<string, string> = {
  "app_private.lead_identities": "A key is of a boundary, not of a territory.",
  "app_private.lead_texts":
    "Read beside its lead, behind whose wall it is used; a key would cost every arrival.",
  "app_private.match_records":
    "A record is of a boundary too; leads are never deleted, and a key would cost every arrival.",
  "app_public.match_candidates":
    "A pair belongs to what both territories lie in, not to where its lead lives.",
};

test("every child of a lead hangs on the lead and its territory, and moves with it", async ({ db }) => {
  const { rows } = await db.query<{ table: string; key: string | null }>(
    `select pg_class.oid::regclass::text as table, (
              select min(pg_get_constraintdef(pg_constraint.oid)) from pg_constraint
               where pg_constraint.conrelid = pg_class.oid and pg_constraint.confrelid = 'app_public.leads'::regclass
                 and cardinality(pg_constraint.conkey) = 2) as key
       from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'lead_id'
      where pg_class.relkind in ('r', 'p') and not pg_class.relispartition
        and pg_class.relnamespace::regnamespace::text in ${OURS}
      order by 1`,
  );
  const children = rows.filter(({ table }) => !(table in APART));
  expect(rows.length - children.length).toBe(Object.keys(APART).length);
  expect(children.length).toBeGreaterThan(8);
  expect(
    children.filter(
      ({ key }) =>
        key !==
        "FOREIGN KEY (lead_id, territory_id) REFERENCES app_public.leads(id, territory_id) ON UPDATE CASCADE ON DELETE RESTRICT",
    ),
  ).toEqual([]);
});
