import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import { withConnection } from "../postgres/connect.ts";
import { databaseUrl } from "../postgres/role_urls.ts";

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
    await root.query("begin");
    await root.query("select pg_catalog.pg_advisory_xact_lock($1)", [BI_LOGIN_LOCK]);
    await makeLogin(root, role, password);
    await root.query("commit"); // lost with the connection otherwise
  });
}

/** Roles belong to the cluster, so two that make the same one must follow each other. */
const BI_LOGIN_LOCK = "7224628640";

async function makeLogin(root: Client, role: string, password: string): Promise<void> {
  const name = escapeIdentifier(role);
  const { rows } = await root.query<{ is_bi: boolean }>(
    `select exists (select from pg_catalog.pg_auth_members
                     where member = pg_roles.oid and roleid = 'catchment_bi'::regrole) and not rolsuper as is_bi
       from pg_catalog.pg_roles where rolname = $1`,
    [role],
  );
  const [present] = rows;
  if (present?.is_bi === false) throw new Error(`The role "${role}" is there already and is no BI login.`);
  if (present === undefined) await root.query(`create role ${name} login inherit in role catchment_bi`);
  await root.query(`alter role ${name} login password ${escapeLiteral(password)}`);
  for (const setting of SETTINGS) await root.query(`alter role ${name} set ${setting}`);
}

/** Comfort, not walls: a login may change its own settings. The walls are grants and policies. */
const SETTINGS = [
  "search_path = bi",
  "statement_timeout = '30s'",
  "idle_in_transaction_session_timeout = '5min'",
  "default_transaction_read_only = on",
] as const;
