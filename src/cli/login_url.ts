import type { Config } from "../config.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { ensureKey } from "../postgres/key.ts";
import { biUrl } from "./bi_logins.ts";
import { readActors } from "./organization.ts";
import { refused } from "./outcome.ts";

/** The connection string of a BI login of ours. Without a root connection somebody else made it. */
export async function loginUrl(config: Config, urls: DatabaseUrls, role: string): Promise<string> {
  if ((await readActors(urls)).some((actor) => actor.db_role === role && actor.is_granted)) {
    throw refused(
      `The password of ${role} was shown once. npx catchment bi grant ${role} --new-password gives another.`,
    );
  }
  if (urls.root !== undefined) return biUrl(urls, await ensureKey(config), role);
  throw refused(`The login ${role} was made by somebody else, who knows its password.`);
}
