import { resolve } from "node:path";
import { describeChanges } from "../setup/describe_changes.ts";
import { planFolder } from "../setup/plan.ts";
import { configure } from "./configuration.ts";
import { attach } from "./find_running.ts";
import { refusePending, SAMPLE_FOLDER } from "./organization.ts";
import { EXIT } from "./outcome.ts";
import { note, say, sayJson } from "./output.ts";

/** Shows what `apply` would change, and changes nothing. With `--check`, exit code 1 when it would change anything. */
export async function plan(
  folder: string | undefined,
  { json, check }: { json?: true; check?: true },
): Promise<void> {
  const config = configure();
  const { urls, stop } = await attach(config);
  try {
    await refusePending(urls);
    const planned = await planFolder(urls.worker, folder === undefined ? SAMPLE_FOLDER : resolve(folder));
    for (const warning of planned.warnings) note(`warning: ${warning}`);
    if (json) sayJson(planned);
    else for (const line of describeChanges(planned.changes)) say(line);
    if (planned.changes.length === 0) return;
    const { accepted, refused } = planned.examples;
    note(`Examples of the contracts: ${accepted} accepted and ${refused} refused, as they should be.`);
    if (check) process.exitCode = EXIT.failed;
  } finally {
    await stop();
  }
}
