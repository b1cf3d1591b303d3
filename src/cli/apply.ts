import { resolve } from "node:path";
import { ensureKey } from "../postgres/key.ts";
import { pendingMigrations } from "../postgres/migrate.ts";
import { applyFolder } from "../setup/apply.ts";
import { ensureBiLogins } from "./bi_logins.ts";
import { configure } from "./configuration.ts";
import { attach } from "./find_running.ts";
import { SAMPLE_FOLDER } from "./organization.ts";
import { refused } from "./outcome.ts";
import { note, say, sayJson } from "./output.ts";

/** Makes the database what a folder of YAML says. With anything wrong in it, names everything and changes nothing. */
export async function apply(folder: string | undefined, { json }: { json?: true }): Promise<void> {
  const config = configure();
  const { urls, stop } = await attach(config);
  try {
    const pending = await pendingMigrations(urls.owner);
    if (pending.length > 0) {
      throw refused(`${pending.length} migrations are pending. Run \`npx catchment migrate\` first.`);
    }
    const applied = await applyFolder(urls.worker, folder === undefined ? SAMPLE_FOLDER : resolve(folder));
    await ensureBiLogins(urls, await ensureKey(config), note);
    if (json) sayJson(applied);
    else if (applied.changed) say(`Applied as revision ${applied.revision}.`);
    else say(`Nothing changed: revision ${applied.revision} says the same.`);
  } finally {
    await stop();
  }
}
