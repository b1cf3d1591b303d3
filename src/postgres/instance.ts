import type { Config } from "../config.ts";
import { claimInstance, findInstance, releaseInstance, updateInstance } from "./instance_file.ts";
import { ensureKey } from "./key.ts";
import { deriveSecret, type RoleUrls, rolePasswords, roleUrl, roleUrls } from "./role_urls.ts";

export {
  claimInstance,
  findInstance,
  type Instance,
  releaseInstance,
  updateInstance,
} from "./instance_file.ts";

/** `root` may create roles and databases; a prepared database gives none. */
export type DatabaseUrls = RoleUrls & { root?: string };

/** `stop` ends what opening it started, and nothing else. */
export type OpenDatabase = { urls: DatabaseUrls; stop: () => Promise<void> };

/**
 * Claims the data folder for a running instance, and brings up the database that the configuration asks for:
 * bootstrapped, not migrated. Refuses a folder where an instance runs. `stop` gives the folder free.
 */
export async function openDatabase(config: Config, log: (line: string) => void): Promise<OpenDatabase> {
  await claimInstance(config.dataDir, { port: config.port });
  try {
    const { urls, stop } = await open(config, log);
    return { urls, stop: () => stop().finally(() => releaseInstance(config.dataDir)) };
  } catch (error) {
    await releaseInstance(config.dataDir);
    throw error;
  }
}

/** For one command: the database of the instance that runs in the folder, else one opened for this command alone. */
export async function useDatabase(
  config: Config,
  log: (line: string) => void,
  { takeNewKey = false } = {},
): Promise<OpenDatabase> {
  if (config.database.kind !== "embedded") return open(config, log, takeNewKey);
  const urls = await findDatabase(config);
  return urls === null ? openDatabase(config, log) : { urls, stop: nothing };
}

/** Without starting or changing anything. Null when the database is an embedded one that does not run. */
export async function findDatabase(config: Config): Promise<DatabaseUrls | null> {
  const { database, dataDir } = config;
  if (database.kind === "prepared") return database.urls;
  if (database.kind === "server") {
    return serverUrls(database.rootUrl, database.urls, await ensureKey(config));
  }
  const instance = await findInstance(dataDir);
  if (instance === null || instance.postgresPort === null) return null;
  const key = await ensureKey(config);
  const root = roleUrl(
    `postgres://127.0.0.1:${instance.postgresPort}/${DATABASE}`,
    "postgres",
    superuserPassword(key),
  );
  return { root, ...roleUrls(root, DATABASE, rolePasswords(key)) };
}

/** The database of an embedded server; elsewhere the path of DATABASE_URL names it. */
const DATABASE = "catchment";

const nothing = async () => {};

async function open(config: Config, log: (line: string) => void, takeNewKey = false): Promise<OpenDatabase> {
  const { database, dataDir } = config;
  if (database.kind === "prepared") return { urls: database.urls, stop: nothing };
  const key = await ensureKey(config);
  // Read only here: a command that finds its database open need not wait for graphile-worker to load.
  const { bootstrap } = await import("./bootstrap.ts");
  if (database.kind === "server") {
    const { rootUrl } = database;
    const urls = serverUrls(rootUrl, database.urls, key);
    const passwords = passwordsOf(urls);
    await bootstrap({ rootUrl, database: databaseOf(rootUrl), passwords, log, takeNewKey });
    return { urls, stop: nothing };
  }
  const { startEmbedded } = await import("./embedded.ts");
  const server = await startEmbedded({ dataDir, password: superuserPassword(key), keepRunning: true, log });
  try {
    const root = server.superuserUrl(DATABASE);
    const urls = await bootstrap({ rootUrl: root, database: DATABASE, passwords: rolePasswords(key), log });
    await updateInstance(dataDir, { postgresPort: server.port });
    return { urls: { root, ...urls }, stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Urls given beside DATABASE_URL are used as they stand (a pooler's, perhaps) and name the passwords. */
function serverUrls(rootUrl: string, given: RoleUrls | null, key: string): RoleUrls & { root: string } {
  return { root: rootUrl, ...(given ?? roleUrls(rootUrl, databaseOf(rootUrl), rolePasswords(key))) };
}

function passwordsOf(urls: RoleUrls): RoleUrls {
  const password = (url: string) => decodeURIComponent(new URL(url).password);
  return { owner: password(urls.owner), api: password(urls.api), worker: password(urls.worker) };
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function superuserPassword(key: string): string {
  return deriveSecret(key, "password of postgres");
}
