import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { errorCode, withConnection } from "./connect.ts";

export const DB_FOLDER = fileURLToPath(new URL("../../db", import.meta.url));

/** File names of committed migrations that this database has not run. */
export async function pendingMigrations(ownerUrl: string, migrationsFolder = DB_FOLDER): Promise<string[]> {
  const files = await readdir(`${migrationsFolder}/committed`).catch(() => []);
  const committed = files.filter((file) => COMMITTED_NAME.test(file)).sort();
  const done = new Set(await withConnection(ownerUrl, executedMigrations));
  return committed.filter((file) => !done.has(`${file.slice(0, 6)}.sql`));
}

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
