import type { Client } from "pg";
import { type Finding, nothingOf, ok, warn } from "./finding.ts";

const REPAIR = "`npx catchment migrate` with DATABASE_URL of a role that may create roles repairs it.";

/** The five roles as bootstrap makes them, and nobody who stands above the walls. */
export async function checkRoles(owner: Client): Promise<Finding[]> {
  const wrong = async (query: string) => (await owner.query<{ it: string }>(query)).rows.map(({ it }) => it);
  return [
    nothingOf("roles", await wrong(WRONG_ROLES), "all five are there, as they should be", REPAIR),
    nothingOf("memberships", await wrong(WRONG_MEMBERSHIPS), "as they should be", REPAIR),
    nothingOf(
      "roles above the walls",
      await wrong(ABOVE),
      "no login is superuser or bypasses row security",
      "Take the attribute away: `alter role … nosuperuser nobypassrls`.",
    ),
    nothingOf(
      "logins that own",
      await wrong(OWNERS),
      "no login of a request owns a relation",
      "Give what it owns to catchment_owner: an owner may switch the walls off.",
    ),
    await checkBiLogins(owner),
  ];
}

const WRONG_ROLES = `
  select format('%s: %s', wanted.name, case when rolname is null then 'missing' else 'wrong attributes' end) as it
    from (values ('catchment_owner', true, true), ('catchment_worker', true, true), ('catchment_api', true, false),
                 ('catchment_user', false, true), ('catchment_bi', false, true)) as wanted (name, logs_in, inherits)
    left join pg_roles on rolname = wanted.name
   where rolname is null or rolcanlogin <> logs_in or (logs_in and rolinherit <> inherits)`;

const WRONG_MEMBERSHIPS = `
  with membership as (
    select member.rolname as member, granted.rolname as granted, inherit_option, set_option
      from pg_auth_members
      join pg_roles as member on member.oid = pg_auth_members.member
      join pg_roles as granted on granted.oid = pg_auth_members.roleid)
  select format('%s should be a member of %s, inherit %s, set true', wanted.member, wanted.granted, wanted.inherits) as it
    from (values ('catchment_api', 'catchment_user', false), ('catchment_owner', 'catchment_worker', true))
           as wanted (member, granted, inherits)
   where not exists (select from membership
                      where membership.member = wanted.member and membership.granted = wanted.granted and set_option)
      or exists (select from membership where membership.member = wanted.member
                  and membership.granted = wanted.granted and inherit_option <> wanted.inherits)
  union all
  select format('%s must not be a member of %s', rolname, above.name)
    from pg_roles, (values ('catchment_owner'), ('catchment_worker')) as above (name)
   where (rolname in ('catchment_api', 'catchment_user', 'catchment_bi') or pg_has_role(rolname, 'catchment_bi', 'member'))
     and not rolsuper and not rolcreaterole
     and exists (select from pg_roles as granted where granted.rolname = above.name)
     and pg_has_role(rolname, above.name, 'member')`;

/** Roles of ours, and BI logins; who may create roles is a member of them only to grant them. */
const OURS = `(rolname like 'catchment\\_%' or not rolcreaterole and exists (
  select from pg_auth_members where member = pg_roles.oid and roleid = to_regrole('catchment_bi')))`;

const ABOVE = `
  select rolname as it from pg_roles
   where (rolsuper or rolbypassrls) and ${OURS}`;

const OWNERS = `
  select format('%s owns %s', rolname, pg_class.oid::regclass) as it
    from pg_class join pg_roles on pg_roles.oid = relowner
   where ${OURS} and rolname not in ('catchment_owner')
     and relnamespace::regnamespace::text not in ('graphile_worker', 'pg_toast')
     and relkind in ('r', 'p', 'v', 'm')
   order by 1`;

async function checkBiLogins(owner: Client): Promise<Finding> {
  const { rows } = await owner.query<{ it: string }>(
    `select db_role as it from app_public.actors
      where db_role is not null and is_active and to_regrole(quote_ident(db_role)) is null order by 1`,
  );
  const missing = rows.map(({ it }) => it);
  if (missing.length === 0) return ok("BI logins", "every BI actor has one");
  return warn(
    "BI logins",
    `missing: ${missing.join(", ")}`,
    "`npx catchment apply` makes those of actors.yaml, `bi grant <name> --new-password` those that it made before.",
  );
}
