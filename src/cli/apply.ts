import { resolve } from "node:path";
import { ensureKey } from "../postgres/key.ts";
import { applyFolder } from "../setup/apply.ts";
import { describeChanges } from "../setup/describe_changes.ts";
import { ensureBiLogins } from "./bi_logins.ts";
import { configure } from "./configuration.ts";
import { attach } from "./find_running.ts";
import { refusePending, SAMPLE_FOLDER } from "./organization.ts";
import { note, say, sayJson } from "./output.ts";

/** Makes the database what a folder of YAML says. With anything wrong in it, names everything and changes nothing. */
export async function apply(folder: string | undefined, { json }: { json?: true }): Promise<void> {
  const config = configure();
  const { urls, stop } = await attach(config);
  try {
    await refusePending(urls);
    const applied = await applyFolder(urls.worker, folder === undefined ? SAMPLE_FOLDER : resolve(folder));
    await ensureBiLogins(urls, await ensureKey(config), note);
    if (json) sayJson(applied);
    else if (applied.changed) {
      for (const line of describeChanges(applied.changes)) say(line);
      say(`Applied as revision ${applied.revision}.`);
    } else say(`Nothing changed: revision ${applied.revision} says the same.`);
  } finally {
    await stop();
  }
}
