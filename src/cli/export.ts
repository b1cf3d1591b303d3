import { z } from "zod";
import type { Config } from "../config.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { ensureKey } from "../postgres/key.ts";
import { biUrl } from "./bi_logins.ts";
import { configure } from "./configuration.ts";
import { readFilter } from "./export/filter.ts";
import { openOutput } from "./export/output_file.ts";
import { type ExportRequest, type Reader, readList } from "./export/read_list.ts";
import { csvFormat, ndjsonFormat } from "./export/row_format.ts";
import { attach } from "./find_running.ts";
import { type Actor, readActors } from "./organization.ts";
import { CommandError, EXIT, misused, refused } from "./outcome.ts";
import { note } from "./output.ts";

const Options = z.object({
  as: z.string(),
  filter: z.array(z.string()).default([]),
  format: z.enum(["csv", "ndjson"]),
  output: z.string().optional(),
  raw: z.boolean().default(false),
});

/** Of the tables that the API shows, those that are lists of work. Views of `bi` are named with their schema. */
const LISTS = ["leads", "source_events", "captures", "exceptions", "decisions"] as const;

/**
 * Writes a list as an actor sees it: the database asks who reads, as it does for GraphQL and for BI. There is no
 * export without an actor, so none goes past the walls.
 */
export async function exportList(list: string, given: unknown): Promise<void> {
  const options = Options.parse(given);
  const request = { ...tableOf(list), filters: options.filter.map(readFilter) };
  const config = configure();
  const { urls, stop } = await attach(config);
  try {
    const reader = await readerOf(options.as, request, config, urls);
    const format = options.format === "ndjson" ? ndjsonFormat : csvFormat({ isRaw: options.raw });
    const output = await openOutput(options.output);
    try {
      const count = await readList(reader, request, format, output.write);
      await output.finish();
      note(`${count.toLocaleString("en-US")} rows of ${list}, as ${options.as} sees them`);
    } catch (error) {
      await output.discard();
      throw error;
    }
  } finally {
    await stop();
  }
}

function tableOf(list: string): Pick<ExportRequest, "schema" | "table"> {
  const view = /^bi\.([a-z][a-z0-9_]*)$/.exec(list)?.[1];
  if (view !== undefined) return { schema: "bi", table: view };
  if (LISTS.some((name) => name === list)) return { schema: "app_public", table: list };
  throw misused(
    `"${list}" is no list. There are ${LISTS.join(", ")}, and the views of bi, such as bi.lead_queue.`,
  );
}

async function readerOf(
  slug: string,
  { schema }: Pick<ExportRequest, "schema">,
  config: Config,
  urls: DatabaseUrls,
): Promise<Reader> {
  const actor = (await readActors(urls)).find((one) => one.slug === slug && one.is_active);
  if (actor === undefined) throw new CommandError(EXIT.failed, `"${slug}" is nobody here.`);
  if (actor.db_role === null) {
    if (schema === "app_public") return { url: urls.api, actor: slug };
    throw new CommandError(EXIT.failed, `Views of bi are read by a BI login, and ${slug} has none.`);
  }
  if (schema !== "bi")
    throw new CommandError(EXIT.failed, `${slug} is a BI login: it reads the views of bi and no table.`);
  return { url: await urlOfLogin(actor, actor.db_role, config, urls), actor: null };
}

async function urlOfLogin(actor: Actor, role: string, config: Config, urls: DatabaseUrls): Promise<string> {
  if (urls.root !== undefined) return biUrl(urls, await ensureKey(config), role);
  throw refused(`The login of ${actor.slug} was made by somebody else, who knows its password.`);
}
