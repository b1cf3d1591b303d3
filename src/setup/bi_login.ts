import { type Client, escapeIdentifier } from "pg";
import { withConnection } from "../postgres/connect.ts";
import { databaseUrl } from "../postgres/role_urls.ts";
import { setPassword } from "../postgres/roles.ts";

/**
 * Makes the login of a BI tool, or gives it another password. It reads the views of `bi` as the actor with this
 * `db_role`, and without such an actor it sees no row. Refuses a role that is there for something else: its
 * password would change hands. `rootUrl` is that of bootstrap (superuser, or createrole).
 */
export async function createBiLogin(
  rootUrl: string,
  database: string,
  role: string,
  password: string,
): Promise<void> {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role) || /^(?:pg_|catchment_)/.test(role)) {
    throw new Error(
      `"${role}" cannot be a BI login: small letters, digits, underscores, not pg_… or catchment_…`,
    );
  }
  await withConnection(databaseUrl(rootUrl, database), async (root) => {
    await lockRoles(root);
    await makeLogin(root, role);
    await setPassword(root, role, password);
  });
}

/**
 * Ends the sessions of a BI login and drops it; answers how many there were. Without a login no session comes back,
 * so that none is missed. One that is gone already, by an earlier run that was cut short, is no error.
 */
export async function dropBiLogin(root: Client, role: string): Promise<number> {
  await lockRoles(root);
  const present = await isBiLogin(root, role);
  if (present === undefined) return 0;
  if (!present) throw new Error(`The role "${role}" is no BI login.`);
  const name = escapeIdentifier(role);
  await root.query(`alter role ${name} nologin`);
  // Who is no superuser ends the sessions of those only whose rights they have.
  await root.query(`grant ${name} to current_user with inherit true`);
  // Ended in the list of what is selected: as a condition it might be asked of every session there is.
  const { rowCount } = await root.query(
    "select pg_catalog.pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity where usename = $1",
    [role],
  );
  await root.query(`drop role ${name}`);
  return rowCount ?? 0;
}

/** Roles belong to the cluster, so two that make the same one must follow each other. It ends with the connection. */
async function lockRoles(root: Client): Promise<void> {
  await root.query("select pg_catalog.pg_advisory_lock($1)", [BI_LOGIN_LOCK]);
}

const BI_LOGIN_LOCK = "7224628640";

async function makeLogin(root: Client, role: string): Promise<void> {
  const name = escapeIdentifier(role);
  const present = await isBiLogin(root, role);
  if (present === false) throw new Error(`The role "${role}" is there already and is no BI login.`);
  if (present === undefined) await root.query(`create role ${name} login inherit in role catchment_bi`);
  else await root.query(`alter role ${name} login`);
  for (const setting of SETTINGS) await root.query(`alter role ${name} set ${setting}`);
}

/** Undefined: there is no such role. */
async function isBiLogin(root: Client, role: string): Promise<boolean | undefined> {
  const { rows } = await root.query<{ is_bi: boolean }>(
    `select exists (select from pg_catalog.pg_auth_members
                     where member = pg_roles.oid and roleid = 'catchment_bi'::regrole) and not rolsuper and not rolcreaterole as is_bi
       from pg_catalog.pg_roles where rolname = $1`,
    [role],
  );
  return rows[0]?.is_bi;
}

/** Comfort, not walls: a login may change its own settings. The walls are grants and policies. */
const SETTINGS = [
  "search_path = bi",
  "statement_timeout = '30s'",
  "idle_in_transaction_session_timeout = '5min'",
  "default_transaction_read_only = on",
] as const;
