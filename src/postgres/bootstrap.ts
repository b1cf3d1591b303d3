import { type Client, escapeIdentifier } from "pg";
import { errorCode, withConnection } from "./connect.ts";
import { prepareDatabase } from "./prepare_database.ts";
import { databaseUrl, type Passwords, ROLES, type RoleUrls, roleUrls } from "./role_urls.ts";
import { ensureRoles } from "./roles.ts";
import { installWorkerSchema } from "./worker_schema.ts";

export { prepareDatabase } from "./prepare_database.ts";
export { rolePasswords, roleUrl } from "./role_urls.ts";

/**
 * Makes what no migration can make: the roles, the database, its privileges, and the worker's own schema. Safe to
 * repeat, and safe when several start at once. `rootUrl` is a superuser, or a role with createrole and createdb.
 */
export async function bootstrap(options: {
  rootUrl: string;
  database: string;
  passwords: Passwords;
  log?: (line: string) => void;
  /** Sets passwords that are others; else it refuses, since the programs that log in with them could no longer. */
  takeNewKey?: boolean;
}): Promise<RoleUrls> {
  const { rootUrl, database, passwords, log = () => {}, takeNewKey = false } = options;
  const maintenanceUrl = await findMaintenanceDatabase(rootUrl);
  await withConnection(maintenanceUrl, async (root) => {
    await refuseOldServer(root);
    await root.query("select pg_catalog.pg_advisory_lock($1)", [BOOTSTRAP_LOCK]);
    await ensureRoles(root, maintenanceUrl, passwords, { log, takeNewKey });
    await ensureDatabase(root, rootUrl, database);
    await prepareDatabase(rootUrl, database);
    await installWorkerSchema(rootUrl, database);
  }).catch((cause: unknown) => {
    if (errorCode(cause) !== "42501" || !(cause instanceof Error)) throw cause;
    const { username } = new URL(rootUrl);
    throw new Error(
      `${cause.message}: ${username} needs createrole and createdb, and its roles must be its own.`,
      {
        cause,
      },
    );
  });
  return roleUrls(rootUrl, database, passwords);
}

/** Any number will do, as long as nothing else on the cluster takes it. */
const BOOTSTRAP_LOCK = "7224628638";

/** Where locks are taken before the database exists. Not every service has a database called postgres. */
async function findMaintenanceDatabase(rootUrl: string): Promise<string> {
  const candidates = [databaseUrl(rootUrl, "postgres"), rootUrl, databaseUrl(rootUrl, "template1")];
  let refusal: unknown;
  for (const url of candidates) {
    try {
      await withConnection(url, async () => {});
      return url;
    } catch (error) {
      refusal = error;
      const absentOrForbidden = ["3D000", "42501"].includes(errorCode(error));
      if (!absentOrForbidden) throw error;
    }
  }
  throw refusal;
}

async function refuseOldServer(root: Client): Promise<void> {
  const { rows } = await root.query<{ version: string; number: number }>(
    "select current_setting('server_version') as version, current_setting('server_version_num')::int as number",
  );
  const [server] = rows;
  if (server && server.number < 180_000) {
    throw new Error(`Catchment needs PostgreSQL 18 or newer, and the server is ${server.version}.`);
  }
}

async function ensureDatabase(root: Client, rootUrl: string, database: string): Promise<void> {
  const { rows } = await root.query<{ owner: string }>(
    "select pg_catalog.pg_get_userbyid(datdba) as owner from pg_catalog.pg_database where datname = $1",
    [database],
  );
  const [present] = rows;
  if (present?.owner === ROLES.owner) return;
  const name = escapeIdentifier(database);
  if (present === undefined) {
    // template0 and the builtin provider: the same sorting everywhere, whatever the cluster was made with.
    await root.query(
      `create database ${name} owner catchment_owner template template0 encoding 'UTF8'
       locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'`,
    );
  } else {
    await refuseForeignTables(rootUrl, database, present.owner);
    await root.query(`alter database ${name} owner to catchment_owner`);
  }
}

/** An empty database that a service or a compose file made is taken over; one with somebody's data is not. */
async function refuseForeignTables(rootUrl: string, database: string, owner: string): Promise<void> {
  const tables = await withConnection(databaseUrl(rootUrl, database), (client) =>
    client.query<{ name: string }>(
      `select oid::regclass::text as name from pg_catalog.pg_class
       where relkind in ('r', 'p', 'v', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
         and not exists (select from pg_catalog.pg_depend where objid = pg_class.oid and deptype = 'e') limit 1`,
    ),
  );
  const [first] = tables.rows;
  if (first === undefined) return;
  throw new Error(
    `The database ${database} belongs to ${owner} and is not empty (${first.name}): name a new one in DATABASE_URL.`,
  );
}
