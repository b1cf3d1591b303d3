import { readFile } from "node:fs/promises";
import { Logger } from "graphile-migrate";
import {
  getLastMigration,
  getMigrationsAfter,
  runCommittedMigration,
} from "graphile-migrate/dist/migration.js";
import { parseSettings, type Settings } from "graphile-migrate/dist/settings.js";
import type { PoolClient } from "pg";
import { withConnection } from "./connect.ts";
import { describeFailure, runCurrent } from "./current_migration.ts";
import { DB_FOLDER } from "./pending_migrations.ts";
import { makePool, withClient } from "./pools.ts";

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
    await withPooledClient(ownerUrl, async (client) => {
      await client.query("set check_function_bodies = off"); // checked when they were committed; half a migration's time
      await runCommitted(client, settings);
      await makePartitions(client);
    });
    if (options.withCurrent) await runCurrent(ownerUrl, settings, log);
  });
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

/** A database that no worker served for months has none for today. An old one, or that of a test, may not know the function. */
async function makePartitions(client: PoolClient): Promise<void> {
  const known = "select to_regprocedure('app_private.make_partitions(timestamptz, int)') as function";
  const { rows } = await client.query<{ function: string | null }>(known);
  if (rows[0]?.function) await client.query("select app_private.make_partitions(now(), 6)");
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
