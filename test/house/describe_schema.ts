import type { ClientBase } from "pg";
import { OURS } from "./wall_rules.ts";

/**
 * The database as a person reads it: db/schema.sql. Sorted by name, so that the same database gives the same text.
 * Partitions are left out: their names follow the calendar.
 */
export async function describeSchema(db: ClientBase): Promise<string> {
  // Names in expressions are printed without their schema when it lies on the path.
  await db.query("select set_config('search_path', 'pg_catalog, pg_temp', false)");
  const parts = [
    HEAD,
    await section(db, "Types", TYPES),
    await section(db, "Tables", TABLES),
    await section(db, "Views", VIEWS),
    await section(db, "Functions: signature, and who may execute them beside their owner", FUNCTIONS),
    await section(db, "Triggers", TRIGGERS),
    await section(db, "Policies for anybody but catchment_worker", POLICIES),
    await section(db, "Grants on relations to anybody but their owner", GRANTS),
  ];
  return `${parts.join("\n\n")}\n`;
}

const HEAD = `-- What every migration together makes. Nothing runs this file: it is read, in every change.
-- Written by \`npm run check -- --update\`, compared with the database by test/house/drift.test.ts.`;

async function section(db: ClientBase, title: string, query: string): Promise<string> {
  const { rows } = await db.query<{ text: string }>(query);
  return [`-- ${title}`, ...rows.map(({ text }) => text)].join("\n\n");
}

const TYPES = `
  select format(E'create type %s as (\\n%s\\n);', pg_class.oid::regclass, (
           select string_agg(format('  %s %s', attname, format_type(atttypid, atttypmod)), E',\\n' order by attnum)
             from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped)) as text
    from pg_class
   where pg_class.relkind = 'c' and pg_class.relnamespace::regnamespace::text in ${OURS}
   order by pg_class.oid::regclass::text`;

const TABLES = `
  select format(E'create table %s (\\n%s\\n)%s;%s', pg_class.oid::regclass, lines.text,
           case when pg_class.relkind = 'p' then ' partition by ' || pg_get_partkeydef(pg_class.oid) end,
           coalesce(E'\\n' || indexes.text, '')) as text
    from pg_class
   cross join lateral (
     select string_agg(line, E',\\n' order by rank, place, line) as text from (
       select 1 as rank, attnum as place, format('  %s %s%s%s', attname, format_type(atttypid, atttypmod),
                case when attnotnull then ' not null' end,
                case when attidentity <> '' then ' generated always as identity'
                     when attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(adbin, adrelid))
                     when adbin is not null then ' default ' || pg_get_expr(adbin, adrelid) end) as line
         from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped
       union all
       select 2, 0, format('  constraint %s %s', conname, pg_get_constraintdef(oid))
         from pg_constraint where conrelid = pg_class.oid and contype <> 'n') as columns_and_constraints
   ) as lines
   cross join lateral (
     select string_agg(pg_get_indexdef(indexrelid) || ';', E'\\n' order by indexrelid::regclass::text) as text
       from pg_index
      where indrelid = pg_class.oid and not exists (select from pg_constraint where conindid = indexrelid and conrelid = indrelid)
   ) as indexes
   where pg_class.relkind in ('r', 'p') and not pg_class.relispartition and pg_class.relnamespace::regnamespace::text in ${OURS}
   order by pg_class.oid::regclass::text`;

const VIEWS = `
  select format(E'create view %s with (%s) as\\n%s', oid::regclass, array_to_string(reloptions, ', '), pg_get_viewdef(oid)) as text
    from pg_class where relkind = 'v' and relnamespace::regnamespace::text in ${OURS}
   order by oid::regclass::text`;

const FUNCTIONS = `
  select string_agg(line, E'\\n' order by line) as text from (
    select format('%s.%s(%s) returns %s %s%s%s -- %s', pronamespace::regnamespace, proname, pg_get_function_arguments(oid),
             pg_get_function_result(oid), case provolatile when 'v' then 'volatile' when 's' then 'stable' else 'immutable' end,
             case when proisstrict then ' strict' end, case when prosecdef then ' security definer' end,
             coalesce((select string_agg(grantee::regrole::text, ', ' order by grantee::regrole::text)
                         from aclexplode(proacl) where grantee <> proowner and grantee <> 0), 'nobody')) as line
      from pg_proc where pronamespace::regnamespace::text in ${OURS}) as functions`;

const TRIGGERS = `
  select string_agg(pg_get_triggerdef(oid) || case tgenabled when 'A' then ' -- always' else '' end, E'\\n'
           order by tgrelid::regclass::text, tgname) as text
    from pg_trigger where not tgisinternal and tgparentid = 0
     and exists (select from pg_class where pg_class.oid = tgrelid and relnamespace::regnamespace::text in ${OURS})`;

const POLICIES = `
  select format(E'%s on %s for %s to %s\\n  using %s', polname, polrelid::regclass,
           case polcmd when 'r' then 'select' when '*' then 'all' else polcmd::text end,
           array_to_string(polroles::regrole[], ', '), pg_get_expr(polqual, polrelid)) as text
    from pg_policy where polroles <> array['catchment_worker'::regrole::oid]
   order by polrelid::regclass::text, polname`;

const GRANTS = `
  select string_agg(line, E'\\n' order by line) as text from (
    select format('%s: %s may %s', pg_class.oid::regclass, grantee::regrole, string_agg(lower(privilege_type), ', ' order by privilege_type)) as line
      from pg_class cross join aclexplode(relacl)
     where relkind in ('r', 'p', 'v') and relnamespace::regnamespace::text in ${OURS} and grantee <> relowner
     group by pg_class.oid, grantee
    union all
    select format('%s: %s may %s (%s)', pg_class.oid::regclass, grantee::regrole, lower(privilege_type),
             string_agg(attname, ', ' order by attnum))
      from pg_class join pg_attribute on attrelid = pg_class.oid cross join aclexplode(attacl)
     where relnamespace::regnamespace::text in ${OURS}
     group by pg_class.oid, grantee, privilege_type) as grants`;
