import type { Client } from "pg";
import { type Finding, nothingOf } from "./finding.ts";

const MIGRATION = "Somebody changed the database by hand: put it right in a migration.";

/** What keeps one territory's rows from another's readers. The house tests look closer; this looks at what runs. */
export async function checkWalls(owner: Client): Promise<Finding[]> {
  const wrong = async (query: string) => (await owner.query<{ it: string }>(query)).rows.map(({ it }) => it);
  return [
    nothingOf(
      "row security",
      await wrong(UNFORCED),
      "forced on every table with territory data",
      "`alter table … enable row level security, force row level security`, as its file in db/fixtures/policies.",
    ),
    nothingOf(
      "the worker's policy",
      await wrong(WITHOUT_MACHINE),
      "on every forced table and partition",
      "Without `every_row_for_the_machine` migrations and foreign keys are blind there: create it.",
    ),
    nothingOf(
      "definer functions",
      await wrong(DEFINERS),
      "all of catchment_worker, search_path pinned",
      MIGRATION,
    ),
    nothingOf(
      "temporary objects",
      await wrong(TEMPORARY),
      "nobody may make any",
      "`revoke all on database … from public`, which `npx catchment migrate` does.",
    ),
    nothingOf(
      "what actors see",
      await wrong(SCOPES),
      "what their memberships say",
      "`update app_public.actors set is_active = is_active` works it out anew; then find who wrote app_private.actor_scopes.",
    ),
  ];
}

const TABLES = `
  select pg_class.*, pg_class.oid::regclass::text as name from pg_class
   where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('app_public', 'app_private', 'bi')`;

const UNFORCED = `
  select name as it from (${TABLES}) as tables
   where not (relrowsecurity and relforcerowsecurity)
     and exists (select from pg_attribute where attrelid = tables.oid and attname = 'territory_id' and not attisdropped)
   order by 1`;

const WITHOUT_MACHINE = `
  select name as it from (${TABLES}) as tables
   where relforcerowsecurity
     and not exists (select from pg_policy where polrelid = tables.oid
                      and 'catchment_worker'::regrole = any (polroles) and polcmd = '*')
   order by 1`;

const DEFINERS = `
  select format('%s (%s)', pg_proc.oid::regprocedure,
           case when proowner <> 'catchment_worker'::regrole then 'of ' || proowner::regrole else 'search_path is open' end) as it
    from pg_proc
   where prosecdef and pronamespace::regnamespace::text in ('app_public', 'app_hidden', 'app_private', 'bi')
     and ((proowner <> 'catchment_worker'::regrole and proname not in ('make_partitions', 'drop_captures', 'drop_audit_month'))
          or coalesce(proconfig::text !~ 'search_path', true))
   order by 1`;

const TEMPORARY = `
  select rolname as it from pg_roles
   where rolname in ('catchment_api', 'catchment_user', 'catchment_bi')
     and has_database_privilege(pg_roles.oid, current_database(), 'temp')
   order by 1`;

// From the memberships, not from territory_grants, which may have gone wrong as well.
const SCOPES = `
  select actors.slug as it
    from app_public.actors left join app_private.actor_scopes on actor_scopes.actor_id = actors.id
   where actor_scopes.territory_ids is distinct from (
           select array_agg(distinct territories.id order by territories.id)
             from app_public.memberships join app_public.territories on memberships.territory_id = any (territories.path)
            where memberships.actor_id = actors.id and actors.is_active)
   order by 1`;
