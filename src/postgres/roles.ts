import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import { errorCode, withConnection } from "./connect.ts";
import { type Passwords, ROLES, roleUrl } from "./role_urls.ts";
import { scramDigest } from "./scram.ts";

/**
 * Makes the five roles and their memberships where they are missing. Roles belong to the cluster: a second
 * database on it uses the same, so all instances on one cluster need one key.
 */
export async function ensureRoles(
  root: Client,
  rootUrl: string,
  passwords: Passwords,
  { log, takeNewKey }: { log: (line: string) => void; takeNewKey: boolean },
): Promise<void> {
  const known = new Map<string, string>(
    Object.entries(ROLES).map(([name, role]) => [role, passwordOf(passwords, name)]),
  );
  // Before anything is changed: other programs log in with these.
  const changed: string[] = [];
  for (const [role, password] of known) {
    const isThere = await hasRole(root, role);
    if (isThere && !(await canLogIn(roleUrl(rootUrl, role, password)))) changed.push(role);
  }
  if (changed.length > 0 && !takeNewKey) throw new Error(OTHER_KEY);
  for (const [role, attributes] of Object.entries(ATTRIBUTES)) {
    if (!(await hasRole(root, role))) await createRole(root, role, attributes, known.get(role));
  }
  await joinOwnRoles(root);
  for (const grant of MEMBERSHIPS) await root.query(grant);
  for (const setting of SETTINGS) await root.query(setting);
  for (const role of changed) {
    log(`setting a new password for ${role}: programs with another CATCHMENT_KEY can no longer log in`);
    await setPassword(root, role, known.get(role) ?? "");
  }
}

const OTHER_KEY =
  "The roles of this server have passwords of another CATCHMENT_KEY. Set the key that its other programs have; or, to " +
  "change the key for all of them, run `catchment migrate --new-key` and start them again with the new one.";

function passwordOf(passwords: Passwords, name: string): string {
  return name === "owner" ? passwords.owner : name === "api" ? passwords.api : passwords.worker;
}

const ATTRIBUTES = {
  catchment_owner: "login",
  catchment_worker: "login",
  catchment_api: "login noinherit",
  catchment_user: "nologin",
  catchment_bi: "nologin",
} as const;

const MEMBERSHIPS = [
  "grant catchment_user to catchment_api with inherit false, set true",
  // Under forced row security the owner's own DDL is blind without the worker's policies.
  "grant catchment_worker to catchment_owner with inherit true, set true",
] as const;

/** They take effect at login, so the nologin roles have none. */
const SETTINGS = [
  "alter role catchment_api set statement_timeout = '15s'",
  "alter role catchment_api set idle_in_transaction_session_timeout = '30s'",
  "alter role catchment_api set jit = off",
  // Of a policy's array the planner expects ten territories, and reads thousands to merge them with a page of leads.
  "alter role catchment_api set enable_mergejoin = off",
  "alter role catchment_worker set jit = off",
  "alter role catchment_worker set idle_in_transaction_session_timeout = '5min'",
] as const;

async function hasRole(root: Client, role: string): Promise<boolean> {
  const { rowCount } = await root.query("select from pg_catalog.pg_roles where rolname = $1", [role]);
  return rowCount !== 0;
}

/** With its password in the same statement: one without, left by a start cut short, would pass for another key's. */
async function createRole(
  root: Client,
  role: string,
  attributes: string,
  password: string | undefined,
): Promise<void> {
  const create = (rest: string) => root.query(`create role ${role} ${attributes}${rest}`);
  if (password === undefined) return void (await create(""));
  await withDigest(password, (secret) => create(` password ${escapeLiteral(secret)}`));
}

/**
 * A root that is no superuser has only the admin option on what it created. To own, grant and revoke in the
 * owner's name it becomes a member; it may, having that option.
 */
async function joinOwnRoles(root: Client): Promise<void> {
  const { rows } = await root.query<{ name: string; is_superuser: boolean }>(
    "select rolname as name, rolsuper as is_superuser from pg_catalog.pg_roles where rolname = current_user",
  );
  const [me] = rows;
  if (me === undefined || me.is_superuser || me.name === ROLES.owner) return;
  await root.query(`grant catchment_owner to ${escapeIdentifier(me.name)} with inherit true, set true`);
}

/** Only its digest crosses the wire, so no statement log shows the password; some services insist on the plain one. */
export async function setPassword(root: Client, role: string, password: string): Promise<void> {
  await withDigest(password, (secret) => root.query(`alter role ${role} password ${escapeLiteral(secret)}`));
}

async function withDigest(password: string, set: (secret: string) => Promise<unknown>): Promise<void> {
  const digest = scramDigest(password);
  if (digest === null) return void (await set(password));
  await set(digest).catch((error: unknown) => {
    if (errorCode(error) === "42501") throw error;
    return set(password);
  });
}

/** Logging in comes before the database is looked at, so a refused database is still a right password. */
async function canLogIn(url: string): Promise<boolean> {
  try {
    await withConnection(url, async () => {});
    return true;
  } catch (error) {
    if (errorCode(error) === "28P01") return false;
    if (errorCode(error) === "42501" || errorCode(error) === "3D000") return true;
    throw error;
  }
}
