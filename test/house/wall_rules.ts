import type { ClientBase } from "pg";

/** The schemas of the house, as a list for `in (…)`. */
export const OURS = "('app_public', 'app_hidden', 'app_private', 'bi')";

/** Of rows of pg_proc: a function of ours, not one that an extension brought into a schema of ours. */
export const OUR_FUNCTION = `pg_proc.pronamespace::regnamespace::text in ${OURS} and not exists (
  select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')`;

/** Tables and partitions without forced row security, or without the policy that the worker works under. */
export function unforcedTables(db: ClientBase): Promise<string[]> {
  return objects(
    db,
    `select pg_class.oid::regclass from pg_class
      where pg_class.relkind in ('r', 'p') and pg_class.relnamespace::regnamespace::text in ${OURS}
        and not (
          pg_class.relrowsecurity and pg_class.relforcerowsecurity
          and exists (
            select from pg_policy
             where pg_policy.polrelid = pg_class.oid and pg_policy.polname = 'every_row_for_the_machine'
               and pg_policy.polroles = array['catchment_worker'::regrole::oid] and pg_policy.polcmd = '*'
               and pg_get_expr(pg_policy.polqual, pg_policy.polrelid) = 'true'))`,
  );
}

/** Policies that let anybody but the worker see or write every row. */
export function openPolicies(db: ClientBase): Promise<string[]> {
  return objects(
    db,
    `select polname || ' on ' || polrelid::regclass from pg_policy
      where 'true' in (pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
        and polroles <> array['catchment_worker'::regrole::oid]`,
  );
}

/** The wall, as Postgres prints it. Another text may be right, and somebody has to look at it before it stands here. */
const WALL = "(territory_id = ANY (( SELECT app_hidden.my_territories() AS my_territories)::integer[]))";

/** Narrower: the audit's, of the territories where a role of the reader may read the trail. */
const AUDIT_WALL =
  "(territory_id = ANY (ARRAY( SELECT app_hidden.my_audited_territory_ids() AS my_audited_territory_ids)))";

/** Tables that users or BI may read, whole or in part, and whose territory_id is not behind exactly one wall. */
export function tablesWithoutWall(db: ClientBase): Promise<string[]> {
  return objects(
    db,
    `select pg_class.oid::regclass from pg_class
       join pg_attribute on pg_attribute.attrelid = pg_class.oid and pg_attribute.attname = 'territory_id'
      where pg_class.relkind in ('r', 'p') and pg_class.relnamespace::regnamespace::text in ${OURS}
        and (has_any_column_privilege('catchment_user', pg_class.oid, 'select')
             or has_any_column_privilege('catchment_bi', pg_class.oid, 'select'))
        and array[case when pg_class.oid = 'app_private.audit_entries'::regclass then 'select_in_my_audited_territories ${AUDIT_WALL}'
                       else 'select_in_my_territories ${WALL}' end] is distinct from array(
          select polname || ' ' || pg_get_expr(polqual, polrelid) from pg_policy
           where polrelid = pg_class.oid and polroles <> array['catchment_worker'::regrole::oid])`,
  );
}

/** Policies for users or BI that allow more than reading. */
export function writingPolicies(db: ClientBase): Promise<string[]> {
  return objects(
    db,
    `select polname || ' on ' || polrelid::regclass from pg_policy
      where polcmd <> 'r' and polroles <> array['catchment_worker'::regrole::oid]`,
  );
}

/** Views that run with their owner's rights, and materialized views, which have no walls at all. */
export function viewsBesideTheWall(db: ClientBase): Promise<string[]> {
  return objects(
    db,
    `select pg_class.oid::regclass from pg_class
      where pg_class.relnamespace::regnamespace::text in ${OURS}
        and (pg_class.relkind = 'm'
             or pg_class.relkind = 'v' and not coalesce(pg_class.reloptions::text ~ 'security_invoker=true', false))`,
  );
}

/** Definer functions of another owner than the worker, whose policies reach all rows, or with an open search path. */
export function looseDefiners(db: ClientBase): Promise<string[]> {
  return objects(
    db,
    `select pg_proc.oid::regprocedure from pg_proc
      where pg_proc.pronamespace::regnamespace::text in ${OURS} and pg_proc.prosecdef
        and (pg_proc.proowner <> case when pg_proc.proname in ('make_partitions', 'drop_captures', 'drop_audit_month') then 'catchment_owner'::regrole else 'catchment_worker'::regrole end
             or not coalesce('search_path=pg_catalog, pg_temp' = any (pg_proc.proconfig), false))`,
  );
}

/** What a query answers in its first column, sorted. */
export async function objects(db: ClientBase, query: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await db.query<{ object: string }>(
    `select found.object::text from (${query}) as found (object) order by 1`,
    values,
  );
  return rows.map(({ object }) => object);
}
