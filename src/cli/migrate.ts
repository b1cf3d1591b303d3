import { errorCode } from "../postgres/connect.ts";
import { type DatabaseUrls, findDatabase, useDatabase } from "../postgres/instance.ts";
import { migrate } from "../postgres/migrate.ts";
import { pendingMigrations } from "../postgres/pending_migrations.ts";
import { readServerRecord } from "../postgres/server_record.ts";
import { configure } from "./configuration.ts";
import { EXIT } from "./outcome.ts";
import { note, say, sayJson } from "./output.ts";

/** Makes roles and database where they are missing, then runs what this version brings and the database lacks. */
export async function migrateDatabase(options: { check?: true; newKey?: true; json?: true }): Promise<void> {
  const config = configure();
  if (options.check) {
    const urls = await findDatabase(config);
    if (urls !== null) return tellPending(await pendingOf(urls), options);
    if ((await readServerRecord(config.dataDir)) === null) return tellPending([EVERYTHING], options);
  }
  const database = await useDatabase(config, note, { takeNewKey: options.newKey === true });
  try {
    const pending = await pendingMigrations(database.urls.owner);
    if (options.check) return tellPending(pending, options);
    await migrate({ ownerUrl: database.urls.owner, log: note });
    if (options.json) return sayJson({ ran: pending });
    say(pending.length === 0 ? "Nothing to do: every migration has run." : "These migrations were run:");
    for (const name of pending) say(`  ${name}`);
  } finally {
    await database.stop();
  }
}

function tellPending(pending: string[], { json }: { json?: true }): void {
  if (pending.length > 0) process.exitCode = EXIT.failed;
  if (json) {
    sayJson({ pending });
    return;
  }
  say(pending.length === 0 ? "No migration is pending." : "Pending, `npx catchment migrate` runs them:");
  for (const name of pending) say(`  ${name}`);
}

/** Where even the logins or the database are missing, everything is pending. */
async function pendingOf(urls: DatabaseUrls): Promise<string[]> {
  try {
    return await pendingMigrations(urls.owner);
  } catch (error) {
    if (!["28P01", "28000", "3D000"].includes(errorCode(error))) throw error;
    return [EVERYTHING];
  }
}

const EVERYTHING = "roles and database, and every migration";
