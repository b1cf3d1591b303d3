import { makeTokens } from "../api/tokens.ts";
import { ensureKey } from "../postgres/key.ts";
import { configure } from "./configuration.ts";
import { findRunning } from "./find_running.ts";
import { readActors } from "./organization.ts";
import { CommandError, EXIT, misused } from "./outcome.ts";
import { say, sayJson } from "./output.ts";

/** Prints a token and nothing else. Refuses who is not an active person: the token would open nothing. */
export async function token(slug: string, options: { expires: string; json?: true }): Promise<void> {
  if (!/^\d+[smh]$/.test(options.expires)) {
    throw misused(`--expires ${options.expires} is not a time like 30m or 12h.`);
  }
  const config = configure();
  const actors = await readActors(await findRunning(config));
  const actor = actors.find((one) => one.slug === slug);
  if (actor?.kind === "bi_login") {
    throw new CommandError(
      EXIT.failed,
      `${slug} is a BI login and has no token: npx catchment url ${slug} prints its connection string.`,
    );
  }
  if (actor?.kind === "api_key") {
    throw new CommandError(
      EXIT.failed,
      `${slug} comes with an API key, which reads and can be revoked, and has no token: npx catchment keys create ${slug} makes one.`,
    );
  }
  if (!actor?.is_active || actor.kind !== "person") {
    const known = actors.filter(({ kind, is_active }) => is_active && kind === "person");
    throw new CommandError(EXIT.failed, `There is no active person "${slug}". ${listOf(known)}`);
  }
  const minted = await makeTokens(await ensureKey(config))
    .mint(slug, { expiresIn: options.expires })
    .catch((error: unknown) => {
      throw misused(error instanceof Error ? error.message : String(error));
    });
  if (options.json) sayJson({ actor: slug, expiresIn: options.expires, token: minted });
  else say(minted);
}

function listOf(actors: { slug: string }[]): string {
  if (actors.length === 0) return "There are none yet: npx catchment apply makes them.";
  const shown = actors.slice(0, 20).map(({ slug }) => slug);
  return `There are ${shown.join(", ")}${actors.length > shown.length ? " and more" : ""}.`;
}
