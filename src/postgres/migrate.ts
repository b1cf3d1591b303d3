import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Logger } from "graphile-migrate";
import {
  getLastMigration,
  getMigrationsAfter,
  runCommittedMigration,
} from "graphile-migrate/dist/migration.js";
import { parseSettings, type Settings } from "graphile-migrate/dist/settings.js";
import type { PoolClient } from "pg";
import { errorCode, withConnection } from "./connect.ts";
import { describeFailure, runCurrent } from "./current_migration.ts";
import { makePool, withClient } from "./pools.ts";

const DB_FOLDER = fileURLToPath(new URL("../../db", import.meta.url));

/**
 * Brings a bootstrapped database to the newest committed migration. With `withCurrent` (tests and development,
 * never an installation) also runs the migration being written. Several may start at once: one runs, the rest wait.
 */
export async function migrate(options: {
  ownerUrl: string;
  rootUrl?: string;
  withCurrent?: boolean;
  log: (line: string) => void;
  migrationsFolder?: string;
}): Promise<void> {
  const { ownerUrl, log } = options;
  const settings = migrateSettings(options);
  await withConnection(ownerUrl, async (holder) => {
    await holder.query("select pg_catalog.pg_advisory_lock($1)", [MIGRATE_LOCK]);
    await withPooledClient(ownerUrl, (client) => runCommitted(client, settings));
    if (options.withCurrent) await runCurrent(ownerUrl, settings, log);
  });
}

/** File names of committed migrations that this database has not run. */
export async function pendingMigrations(ownerUrl: string, migrationsFolder = DB_FOLDER): Promise<string[]> {
  const files = await readdir(`${migrationsFolder}/committed`).catch(() => []);
  const committed = files.filter((file) => COMMITTED_NAME.test(file)).sort();
  const done = new Set(await withConnection(ownerUrl, executedMigrations));
  return committed.filter((file) => !done.has(`${file.slice(0, 6)}.sql`));
}

/** The settings of graphile-migrate, as an object: nothing is read from `.gmrc`. */
export function migrateSettings(options: {
  ownerUrl: string;
  rootUrl?: string;
  migrationsFolder?: string;
  log: (line: string) => void;
}): Settings & { connectionString: string; migrationsFolder: string } {
  return {
    connectionString: options.ownerUrl,
    ...(options.rootUrl === undefined ? {} : { rootConnectionString: options.rootUrl }),
    databaseOwner: "catchment_owner",
    migrationsFolder: options.migrationsFolder ?? DB_FOLDER,
    logger: new Logger(() => (level, message) => {
      if (level !== "debug") options.log(message);
    }),
  };
}

/**
 * What graphile-migrate's `migrate` does, on a connection of ours: its own pool keeps connections for a moment and
 * ends the whole process when the server goes away meanwhile.
 */
async function runCommitted(client: PoolClient, settings: Settings): Promise<void> {
  const parsed = await parseSettings(settings);
  const last = await getLastMigration(client, parsed);
  const remaining = await getMigrationsAfter(parsed, last);
  const context = { database: parsed.databaseName };
  for (const migration of remaining) {
    await runCommittedMigration(client, parsed, context, migration, "").catch(async (error: unknown) => {
      const head = (await readFile(migration.fullPath, "utf8")).split(migration.body.trim())[0] ?? "";
      const file = `committed/${migration.realFilename}`;
      throw describeFailure({ file, firstLine: head.split("\n").length, sql: migration.body }, error);
    });
  }
  parsed.logger.info(
    remaining.length === 0 ? "no migration to run" : `${remaining.length} migrations were run`,
  );
}

async function withPooledClient(url: string, work: (client: PoolClient) => Promise<void>): Promise<void> {
  const pool = makePool(url, { max: 1, applicationName: "catchment migrate" });
  try {
    await withClient(pool, work);
  } finally {
    await pool.end();
  }
}

/** Apart from graphile-migrate's own lock, which does not wait but fails. */
const MIGRATE_LOCK = "7224628639";

/** graphile-migrate writes down `000001.sql` for the file `000001-first-tables.sql`. */
const COMMITTED_NAME = /^[0-9]{6}(-[-_a-zA-Z0-9]*)?\.sql$/;

async function executedMigrations(client: { query: Query }): Promise<string[]> {
  try {
    const { rows } = await client.query("select filename from graphile_migrate.migrations");
    return rows.map((row) => row.filename);
  } catch (error) {
    // No such table, no such schema: nothing has run here yet.
    if (["42P01", "3F000"].includes(errorCode(error))) return [];
    throw error;
  }
}

type Query = (sql: string) => Promise<{ rows: { filename: string }[] }>;
