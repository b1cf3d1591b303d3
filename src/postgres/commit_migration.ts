import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { commit } from "graphile-migrate";
import { clearAllPools } from "graphile-migrate/dist/pgReal.js";
import { bootstrap } from "./bootstrap.ts";
import { withConnection } from "./connect.ts";
import { migrateSettings } from "./migrate.ts";
import { deriveSecret, rolePasswords } from "./role_urls.ts";
import { openScratch } from "./scratch.ts";

const PREPARE_SCRIPT = fileURLToPath(new URL("../../scripts/migrate-prepare.ts", import.meta.url));

/**
 * Turns `db/current` into the next committed migration, after every migration has run on an empty database of a
 * scratch server. When that fails `db/current` is as it was: graphile-migrate 2.0.0-rc.3 leaves includes expanded.
 */
export async function commitMigration(options: {
  message: string;
  migrationsFolder?: string;
  log: (line: string) => void;
}): Promise<void> {
  const { log } = options;
  const passwords = rolePasswords(deriveSecret(String(process.pid), "scratch"));
  const scratch = await openScratch(log);
  try {
    const rootUrl = scratch.server.superuserUrl("postgres");
    const main = await bootstrap({ rootUrl, database: "catchment", passwords, log });
    const shadow = await bootstrap({ rootUrl, database: "catchment_shadow", passwords, log });
    const settings = {
      ...migrateSettings({ ...options, ownerUrl: main.owner, rootUrl }),
      shadowConnectionString: shadow.owner,
      // The shadow database is dropped and made anew, without what bootstrap had put there.
      afterReset: [{ _: "command" as const, command: prepareCommand(rootUrl), root: true }],
    };
    const keep = await readFolder(join(settings.migrationsFolder, "current"));
    try {
      await commit(settings, options.message);
    } catch (error) {
      await keep.restore();
      throw error;
    } finally {
      clearAllPools();
      await untilAlone(rootUrl);
    }
  } finally {
    await scratch.close();
  }
}

/** A connection of graphile-migrate's pools that sees the server stop would end this process with an error. */
async function untilAlone(rootUrl: string): Promise<void> {
  await withConnection(rootUrl, async (root) => {
    for (let trial = 0; trial < 100; trial += 1) {
      const { rowCount } = await root.query(
        "select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      );
      if (rowCount === 0) return;
      await pause(20);
    }
  });
}

/** graphile-migrate runs it in a shell and sets GM_DBNAME. */
function prepareCommand(rootUrl: string): string {
  return `'${process.execPath}' '${PREPARE_SCRIPT}' '${rootUrl}' "$GM_DBNAME"`;
}

async function readFolder(folder: string): Promise<{ restore: () => Promise<void> }> {
  const names = await readdir(folder);
  const files = new Map<string, string>();
  for (const name of names) files.set(name, await readFile(join(folder, name), "utf8"));
  return {
    restore: async () => {
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) if (!files.has(name)) await rm(join(folder, name));
      for (const [name, content] of files) await writeFile(join(folder, name), content);
    },
  };
}
