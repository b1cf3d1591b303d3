import type { Rehearsed } from "../../api/rehearse_document.ts";
import { settingsOf } from "../../api/settings.ts";
import { errorCode } from "../../postgres/connect.ts";
import type { DatabaseUrls } from "../../postgres/instance.ts";
import { configure } from "../configuration.ts";
import { attach } from "../find_running.ts";
import { loginUrl } from "../login_url.ts";
import { look, readActors } from "../organization.ts";
import { CommandError, EXIT, misused, refused } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";
import { cellsOf, rowsOf } from "./cells.ts";
import { type Outcome, runStatement } from "./run_statement.ts";

/** `url`: of a BI login that `bi grant` made; nobody here knows its password. */
type Options = { url?: string; json?: true };

/** One statement or GraphQL document as somebody, in a transaction that is rolled back. */
export async function asActor(slug: string, words: string[], { url, json }: Options): Promise<void> {
  const source = words.join(" ").trim();
  if (source === "") throw misused("Say behind -- what to ask: one SQL statement, or a GraphQL document.");
  const config = configure();
  const { urls, stop } = await attach(config);
  try {
    const actor = await findActor(slug, urls);
    if (actor.db_role !== null) {
      if (isDocument(source))
        throw failed(`${slug} is a BI login and asks in SQL: GraphQL is for the others.`);
      const login =
        url === undefined ? await loginUrl(config, urls, actor.db_role) : checkUrl(url, actor.db_role);
      return saySql(await asLogin(login, source), slug, json);
    }
    if (url !== undefined) throw misused(`--url is for BI logins, and ${slug} is none.`);
    const identity = identityOf(actor);
    if (isDocument(source)) {
      // Read only here: a statement in SQL need not wait for GraphQL to load.
      const { rehearseDocument } = await import("../../api/rehearse_document.ts");
      return sayAnswer(await rehearseDocument(urls.api, identity, source, note), slug, json);
    }
    saySql(await runStatement({ url: urls.api, settings: settingsOf(identity) }, source), slug, json);
  } finally {
    await stop();
  }
}

async function asLogin(url: string, source: string): Promise<Outcome> {
  try {
    return await runStatement({ url, settings: null }, source);
  } catch (error) {
    if (errorCode(error) !== "28P01") throw error;
    throw refused("The login has another password. Whoever was granted it knows it: say --url with theirs.");
  }
}

function checkUrl(url: string, role: string): string {
  if (URL.canParse(url) && decodeURIComponent(new URL(url).username) === role) return url;
  throw misused(`--url is no connection string of ${role}.`);
}

type Found = { id: number; slug: string; kind: string; db_role: string | null };

async function findActor(slug: string, urls: DatabaseUrls): Promise<Found> {
  const { rows } = await look(urls, (worker) =>
    worker.query<Found>(
      "select id, slug, kind, db_role from app_public.actors where slug = $1 and is_active",
      [slug],
    ),
  );
  const [found] = rows;
  if (found !== undefined) return found;
  const known = (await readActors(urls)).filter((one) => one.is_active).map((one) => one.slug);
  throw failed(
    `There is no active actor "${slug}". There are ${known.slice(0, 20).join(", ")}${known.length > 20 ? " and more" : ""}.`,
  );
}

/** An API key reads and nothing else, as the API has it. */
function identityOf({ id, kind }: Found) {
  return { actorId: id, keyId: null, mayWrite: kind !== "api_key", expiresAt: null };
}

/** No statement of SQL begins like a document. */
function isDocument(source: string): boolean {
  return /^(?:#[^\n]*\n\s*)*(?:\{|(?:query|mutation|subscription|fragment)\b)/.test(source);
}

function saySql({ command, count, columns, rows }: Outcome, slug: string, json?: true): void {
  if (json) sayJson({ actor: slug, command, count, rows, isRolledBack: true });
  else if (columns.length > 0) for (const line of table([columns, ...cellsOf(rows, columns)])) say(line);
  const what =
    command === "SELECT"
      ? `${count ?? 0} ${count === 1 ? "row" : "rows"}`
      : [command, count].filter((one) => one !== null).join(" ");
  note(`${what}, as ${slug}; rolled back`);
}

function sayAnswer({ data, errors }: Rehearsed, slug: string, json?: true): void {
  const rows = rowsOf(data);
  if (json) sayJson({ actor: slug, data, ...(errors.length > 0 ? { errors } : {}), isRolledBack: true });
  else if (rows !== null)
    for (const line of table([rows.columns, ...cellsOf(rows.rows, rows.columns)])) say(line);
  else if (data != null) sayJson(data);
  for (const { message, path, extensions } of errors) {
    note(`${extensions.code ?? "BAD_INPUT"}${path === undefined ? "" : ` at ${path.join(".")}`}: ${message}`);
  }
  if (errors.length > 0) process.exitCode = EXIT.failed;
  note(`answered as ${slug}; rolled back`);
}

function failed(message: string): CommandError {
  return new CommandError(EXIT.failed, message);
}
