import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import { withConnection } from "../../postgres/connect.ts";
import { roleUrl } from "../../postgres/role_urls.ts";
import { createBiLogin } from "../../setup/bi_login.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";

export type GrantWishes = { territory?: string[]; audit?: true; newPassword?: true };

/** `audit`: of which territories it reads the trail. `url`: null where a login that was there only reads more. */
export type Granted = { name: string; territories: string[]; audit: string[]; url: string | null };

/**
 * Makes a BI login: a viewer of these territories with a role of its own, or, since viewers read no trail, a manager: it
 * does no more than read by that, since whoever chooses people passes logins over. One that `bi grant` made before reads these
 * too. Refuses names that mean something else, in the organization or in the cluster. The role comes before the
 * commit: when it cannot be made, nobody is there who would have it.
 */
export async function grantLogin(
  worker: Client,
  rootUrl: string,
  url: string,
  name: string,
  { territory: territories = [], audit, newPassword }: GrantWishes,
): Promise<Granted> {
  await worker.query("begin");
  const before = await findLogin(worker, name);
  if (before?.is_granted === false) throw failed(`"${name}" is there already, and bi grant did not make it.`);
  const isNew = before === undefined || !before.is_active;
  if (isNew && territories.length === 0) throw misused("--territory is missing: a new login reads nothing.");
  if (isNew && newPassword)
    throw misused(`There is no BI login "${name}" yet that could have a new password.`);
  if (isNew && (await hasRole(rootUrl, name))) {
    throw failed(`The role "${name}" is there already in this cluster; somebody else may use it.`);
  }
  await worker.query(UPSERT, [name]);
  const { rows } = await worker.query<Joined>(JOIN, [name, territories, audit === true]);
  const [{ missing, held, audited } = { missing: [], held: [], audited: [] }] = rows;
  if (missing.length > 0) throw failed(`There is no territory ${missing.join(", ")}.`);
  const password = isNew || newPassword ? randomBytes(24).toString("base64url") : null;
  if (password !== null) await createBiLogin(rootUrl, databaseOf(url), name, password);
  await worker.query("commit");
  return {
    name,
    territories: held,
    audit: audited,
    url: password === null ? null : roleUrl(url, name, password),
  };
}

type Joined = { missing: string[]; held: string[]; audited: string[] };

type Login = { is_granted: boolean; is_active: boolean };

/** Two that grant follow each other. */
async function findLogin(worker: Client, name: string): Promise<Login | undefined> {
  await worker.query("select app_private.take_turn('grant_login')");
  const { rows } = await worker.query<Login>(
    "select granted_at is not null as is_granted, is_active from app_public.actors where slug = $1 or db_role = $1",
    [name],
  );
  return rows[0];
}

async function hasRole(rootUrl: string, name: string): Promise<boolean> {
  const { rowCount } = await withConnection(rootUrl, (root) =>
    root.query("select from pg_catalog.pg_roles where rolname = $1", [name]),
  );
  return rowCount !== 0;
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function failed(message: string): CommandError {
  return new CommandError(EXIT.failed, message);
}

const UPSERT = `
  insert into app_public.actors (kind, slug, name, db_role, granted_at) values ('bi_login', $1, $1, $1, now())
  on conflict (slug) do update set is_active = true, db_role = excluded.db_role`;

const JOIN = `
  with held as (
    select territories.slug, memberships.role
      from app_public.memberships
      join app_public.actors on actors.id = memberships.actor_id and actors.slug = $1
      join app_public.territories on territories.id = memberships.territory_id
  ),
  wanted as (
    select unnest($2::text[]) as slug
    union
    select held.slug from held where $3 and $2 = '{}'
  ),
  joined as (
    insert into app_public.memberships (actor_id, territory_id, role)
    select actors.id, territories.id, case when $3 then 'manager' else 'viewer' end
      from app_public.actors, app_public.territories
     where actors.slug = $1 and territories.slug in (select wanted.slug from wanted)
    on conflict do nothing
  )
  select array(select wanted.slug from wanted except select territories.slug from app_public.territories) as missing,
         array(select held.slug from held union select wanted.slug from wanted order by 1) as held,
         array(select held.slug from held where held.role = 'manager' union select wanted.slug from wanted where $3 order by 1) as audited`;
