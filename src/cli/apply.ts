import { resolve } from "node:path";
import { ensureKey } from "../postgres/key.ts";
import { applyFolder } from "../setup/apply.ts";
import { describeChanges } from "../setup/describe_changes.ts";
import { type Draft, draftFolder } from "../setup/draft.ts";
import { ensureBiLogins } from "./bi_logins.ts";
import { configure } from "./configuration.ts";
import { attach } from "./find_running.ts";
import { refusePending, SAMPLE_FOLDER } from "./organization.ts";
import { note, say, sayJson } from "./output.ts";

/** Makes the database what a folder of YAML says. With anything wrong in it, names everything and changes nothing. */
export async function apply(
  folder: string | undefined,
  { json, draft }: { json?: true; draft?: true },
): Promise<void> {
  const config = configure();
  const { urls, stop } = await attach(config);
  try {
    await refusePending(urls);
    const place = folder === undefined ? SAMPLE_FOLDER : resolve(folder);
    if (draft) return sayDraft(await draftFolder(urls.worker, place), json);
    const applied = await applyFolder(urls.worker, place);
    await ensureBiLogins(urls, await ensureKey(config), note);
    for (const warning of applied.warnings) note(`warning: ${warning}`);
    if (json) sayJson(applied);
    else if (applied.changed) {
      for (const line of describeChanges(applied.changes)) say(line);
      say(`Applied as revision ${applied.revision}.`);
    } else say(`Nothing changed: revision ${applied.revision} says the same.`);
  } finally {
    await stop();
  }
}

function sayDraft(draft: Draft, json: true | undefined): void {
  if (json) {
    sayJson(draft);
    return;
  }
  for (const line of describeChanges(draft.changes)) say(line);
  if (draft.ignored.length > 0) {
    note(
      `A draft holds rules and members of teams. Not in it: ${draft.ignored.length} other changes of this folder.`,
    );
  }
  say(`Written down as revision ${draft.revision}, a draft: nothing is decided by it.`);
  say(`Try it: catchment rehearse --leads --revision ${draft.revision}`);
}
