import type { Config } from "../config.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { configure } from "./configuration.ts";
import { findRunning } from "./find_running.ts";
import { loginUrl } from "./login_url.ts";
import { type Actor, readActors } from "./organization.ts";
import { CommandError, EXIT } from "./outcome.ts";
import { say, sayJson } from "./output.ts";

/** Prints a connection string, password included, and nothing else. */
export async function url(who: string, { json }: { json?: true }): Promise<void> {
  const config = configure();
  const urls = await findRunning(config);
  const found = isPart(who) ? urls[who] : await urlOfActor(who, config, urls);
  if (json) sayJson({ who, url: found });
  else say(found);
}

function isPart(who: string): who is "owner" | "api" | "worker" {
  return who === "owner" || who === "api" || who === "worker";
}

async function urlOfActor(slug: string, config: Config, urls: DatabaseUrls): Promise<string> {
  return loginUrl(config, urls, roleOf(slug, await readActors(urls)));
}

function roleOf(slug: string, actors: Actor[]): string {
  const actor = actors.find((one) => one.slug === slug);
  if (actor?.db_role != null && actor.is_active) return actor.db_role;
  const logins = actors.filter(({ db_role, is_active }) => db_role !== null && is_active);
  const choices = ["owner", "api", "worker", ...logins.map((one) => one.slug)].join(", ");
  const why =
    actor === undefined
      ? `"${slug}" is nobody here.`
      : `${slug} has no login in the database; npx catchment token ${slug} gives one for GraphQL.`;
  throw new CommandError(EXIT.failed, `${why} There are connection strings for ${choices}.`);
}
