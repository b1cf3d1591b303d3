import { createHash } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { withConnection } from "../../postgres/connect.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { type ClientTable, clientTables, LEFT_OUT } from "./client_tables.ts";
import { openOutput } from "./output_file.ts";

export type ExportedFile = { table: string; file: string; rows: number; bytes: number; sha256: string };

export type Manifest = {
  client: string;
  territories: string[];
  exportedAt: string;
  revision: number;
  files: ExportedFile[];
  leftOut: Record<string, string>;
};

/**
 * Writes everything of a leaving client into an empty folder: one file a table, a row a line, as of one instant. The
 * manifest is written last: a folder without one is not whole.
 */
export async function exportClient(url: string, root: string, folder: string): Promise<Manifest> {
  return withConnection(url, async (client) => {
    await client.query("begin isolation level repeatable read");
    await client.query("set local time zone 'UTC'");
    const home = await findClient(client, root);
    await prepare(folder);
    const files: ExportedFile[] = [];
    for (const table of await clientTables(client)) {
      files.push(await writeTable(client, table, home.ids, folder));
    }
    const { client: slug, territories, exportedAt, revision } = home;
    const manifest = { client: slug, territories, exportedAt, revision, files, leftOut: LEFT_OUT };
    await client.query(RECORD, [home.id, JSON.stringify({ tables: files.length })]);
    await client.query("commit");
    await writeWhole(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  });
}

async function prepare(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await readdir(folder);
  if (found.length > 0) throw misused(`The folder ${folder} is not empty.`);
}

type Home = Omit<Manifest, "files" | "leftOut"> & { id: number; ids: number[] };

async function findClient(client: Client, root: string): Promise<Home> {
  const { rows } = await client.query<Home & { is_root: boolean }>(FIND, [root]);
  const [found] = rows;
  if (found === undefined) throw new CommandError(EXIT.failed, `There is no territory "${root}".`);
  if (!found.is_root) throw misused(`${root} is a part of a client: name the root of its tree.`);
  return found;
}

/** Reads through a cursor, some rows at a time: memory does not grow with the table. */
async function writeTable(
  client: Client,
  { name, condition, pieceSize }: ClientTable,
  ids: number[],
  folder: string,
): Promise<ExportedFile> {
  const file = `${name}.ndjson`;
  const output = await openOutput(join(folder, file));
  const hash = createHash("sha256");
  const exported = { rows: 0, bytes: 0 };
  try {
    // A cursor takes no parameters; these are numbers of our own.
    const where = condition.replaceAll("$ids", `'{${ids.join(",")}}'::int[]`);
    await client.query(
      `declare piece no scroll cursor for select row_to_json(exported)::text from (select * from ${name} where ${where}) as exported`,
    );
    for (;;) {
      const { rows } = await client.query<[string]>({
        text: `fetch ${pieceSize} from piece`,
        rowMode: "array",
      });
      if (rows.length === 0) break;
      const text = rows.map(([row]) => `${row}\n`).join("");
      hash.update(text);
      exported.rows += rows.length;
      exported.bytes += Buffer.byteLength(text);
      await output.write(text);
    }
    await client.query("close piece");
    await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  }
  return { table: name, file, ...exported, sha256: hash.digest("hex") };
}

async function writeWhole(path: string, text: string): Promise<void> {
  const output = await openOutput(path);
  await output.write(text);
  await output.finish();
}

const FIND = `
  select root.slug as client, root.id, root.parent_id is null as is_root, now()::text as "exportedAt", app_private.current_revision() as revision,
         array_agg(parts.id order by parts.id) as ids, array_agg(parts.slug order by parts.path) as territories
    from app_public.territories as root
    left join app_public.territories as parts on parts.root_id = root.id
   where root.slug = $1
   group by root.id`;

const RECORD = `
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, login, changes)
  values ($1::int, 'client_exports', $1::int::text, 'insert', session_user, $2)`;
