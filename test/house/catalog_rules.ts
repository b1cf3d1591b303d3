import type { ClientBase } from "pg";

export type Finding = { rule: string; object: string };

/**
 * What the catalog says against the walls, for one role that requests or tools run as: 17 rules, each a query that
 * answers the objects that break it. `version`: the server's number, where a test wants another.
 */
export async function catalogFindings(db: ClientBase, role: string, version?: number): Promise<Finding[]> {
  const { rows } = await db.query<Finding>(
    `${PRELUDE} ${Object.entries(RULES)
      .map(
        ([rule, query]) => `select '${rule}' as rule, found.object::text from (${query}) as found (object)`,
      )
      .join(" union all ")} order by 1, 2`,
    [role, version ?? null],
  );
  return rows;
}

/** Our relations, our functions, the roles that `$1` may become, and the policies with their expressions as text. */
const PRELUDE = `
  with t as (
    select pg_namespace.nspname || '.' || pg_class.relname as rel, pg_class.*
      from pg_class join pg_namespace on pg_namespace.oid = pg_class.relnamespace
     where pg_namespace.nspname !~ '^(pg_|information_schema|graphile_)'
  ), f as (
    select pg_proc.* from pg_proc join pg_namespace on pg_namespace.oid = pg_proc.pronamespace
     where pg_namespace.nspname !~ '^(pg_|information_schema|graphile_)'
  ), api as (
    select pg_roles.oid, pg_roles.rolname from pg_roles where pg_has_role($1, pg_roles.oid, 'member')
  ), pol as (
    select polrelid::regclass || '.' || polname as name, pg_get_expr(polwithcheck, polrelid) as checks,
           coalesce(pg_get_expr(polqual, polrelid), '') || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), '') as e
      from pg_policy
  )`;

export const RULES: Record<string, string> = {
  no_force_rls: `
    select t.rel from t where t.relkind in ('r', 'p') and t.relrowsecurity and not t.relforcerowsecurity`,
  granted_table_without_rls: `
    select t.rel from t where t.relkind in ('r', 'p') and not t.relrowsecurity
       and has_table_privilege($1, t.oid, 'select,insert,update,delete')`,
  owner_rights_view_granted: `
    select t.rel from t where t.relkind = 'v' and has_table_privilege($1, t.oid, 'select')
       and not coalesce(t.reloptions::text ~ 'security_invoker=(true|on|1)', false)`,
  matview_granted: `
    select t.rel from t where t.relkind = 'm' and has_table_privilege($1, t.oid, 'select')`,
  truncate_references_trigger_granted: `
    select t.rel from t where t.relkind in ('r', 'p') and t.relrowsecurity
       and has_table_privilege($1, t.oid, 'truncate,references,trigger')`,
  api_role_bypasses_rls: `
    select r.rolname from pg_roles as r join api using (oid) where r.rolsuper or r.rolbypassrls`,
  api_role_owns_relation: `
    select t.rel from t where t.relkind in ('r', 'p', 'v', 'm') and t.relowner in (select api.oid from api)`,
  definer_function_executable: `
    select f.oid::regprocedure from f where f.prosecdef and has_function_privilege($1, f.oid, 'execute')`,
  definer_function_open_search_path: `
    select f.oid::regprocedure from f where f.prosecdef and not coalesce(f.proconfig::text ~ 'search_path', false)`,
  user_leakproof_function: `
    select f.oid::regprocedure from f where f.proleakproof`,
  unique_key_without_scope_column: `
    select x.indexrelid::regclass from pg_index as x join t on t.oid = x.indrelid
     where x.indisunique and not x.indisprimary and t.relrowsecurity
       and not exists (
         select from pg_attribute as a
          where a.attrelid = x.indrelid and a.attnum = any (x.indkey) and a.attname ~ '(territory|tenant|org|workspace)_id')`,
  // Of partitions only the parent's own key: their copies have the month in their names.
  single_column_fk_to_rls_table: `
    select k.conname || ' on ' || k.conrelid::regclass from pg_constraint as k join t on t.oid = k.confrelid
     where k.contype = 'f' and t.relrowsecurity and cardinality(k.conkey) = 1 and k.conparentid = 0`,
  policy_check_always_true: `
    select pol.name from pol where pol.checks = 'true'`,
  policy_setting_without_nullif: `
    select pol.name from pol where pol.e ~ 'current_setting' and pol.e !~* 'nullif'`,
  child_table_without_rls: `
    select k.oid::regclass from pg_inherits as i join t as p on p.oid = i.inhparent join pg_class as k on k.oid = i.inhrelid
     where p.relrowsecurity and not k.relrowsecurity and has_table_privilege($1, k.oid, 'select')`,
  rls_table_in_publication: `
    select p.pubname || ':' || t.rel from pg_publication_tables as p
      join t on t.rel = p.schemaname || '.' || p.tablename where t.relrowsecurity`,
  server_minor_lacks_rls_fixes: `
    select number from (select coalesce($2::int, current_setting('server_version_num')::int) as number) as server
     where number < case number / 10000 when 15 then 150020 when 16 then 160016 when 17 then 170012 when 18 then 180006 else 0 end`,
};
