import { z } from "zod";
import type { Config } from "../config.ts";
import type { DatabaseUrls } from "../postgres/instance.ts";
import { configure } from "./configuration.ts";
import { exportClient } from "./export/client.ts";
import { readFilter } from "./export/filter.ts";
import { openOutput } from "./export/output_file.ts";
import { exportPerson } from "./export/person.ts";
import { type ExportRequest, type Reader, readList } from "./export/read_list.ts";
import { csvFormat, ndjsonFormat } from "./export/row_format.ts";
import { attach } from "./find_running.ts";
import { loginUrl } from "./login_url.ts";
import { look, readActors } from "./organization.ts";
import { CommandError, EXIT, misused } from "./outcome.ts";
import { note } from "./output.ts";

const Options = z.object({
  as: z.string().optional(),
  person: z.string().optional(),
  client: z.string().optional(),
  filter: z.array(z.string()).default([]),
  format: z.enum(["csv", "ndjson"]),
  output: z.string().optional(),
  raw: z.boolean().default(false),
});

/** Of the tables that the API shows, those that are lists of work. Views of `bi` are named with their schema. */
const LISTS = ["leads", "source_events", "captures", "exceptions", "decisions"] as const;

type Options = z.infer<typeof Options>;

/** A list as somebody sees it, or what whoever runs this machine answers for: a person's data, a leaving client's. */
export async function exportWanted(place: string | undefined, given: unknown): Promise<void> {
  const options = Options.parse(given);
  const { as, person, client } = options;
  if ([as, person, client].filter((one) => one !== undefined).length !== 1) {
    throw misused("Say either --as and a list, or --person, or --client and a folder.");
  }
  if (person !== undefined && place === undefined) return writePerson(person, options.output);
  if (client !== undefined && place !== undefined) return writeClient(client, place);
  if (as !== undefined && place !== undefined) return exportList(place, { ...options, as });
  throw misused("Say either --as and a list, or --person, or --client and a folder.");
}

async function writePerson(lead: string, path: string | undefined): Promise<void> {
  const { urls, stop } = await attach(configure());
  try {
    const output = await openOutput(path);
    try {
      await output.write(await look(urls, (worker) => exportPerson(worker, lead)));
      await output.finish();
    } catch (error) {
      await output.discard();
      throw error;
    }
  } finally {
    await stop();
  }
}

async function writeClient(root: string, folder: string): Promise<void> {
  const { urls, stop } = await attach(configure());
  try {
    const { files } = await exportClient(urls.worker, root, folder);
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    note(`${rows.toLocaleString("en-US")} rows of ${files.length} tables, listed in ${folder}/manifest.json`);
  } finally {
    await stop();
  }
}

/**
 * Writes a list as an actor sees it: the database asks who reads, as it does for GraphQL and for BI. There is no
 * list without an actor, so none goes past the walls.
 */
async function exportList(list: string, options: Options & { as: string }): Promise<void> {
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
  return { url: await loginUrl(config, urls, actor.db_role), actor: null };
}
