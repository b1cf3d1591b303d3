import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { refused } from "../outcome.ts";

/** What a batch of rows came to, as app_private.stage_import answers it. */
export type BatchResult = {
  place: string;
  arrivals: number;
  stored: number;
  first_capture_id: string | null;
  last_capture_id: string | null;
};

export type Checkpoint = {
  importId: string;
  /** Undefined: not stored yet by an earlier run. */
  find: (place: string) => BatchResult | undefined;
  /** Batches that an earlier run left; 0 for a new import. */
  size: number;
  /** The file is through: nothing to go on with. */
  finish: () => Promise<void>;
  close: () => Promise<void>;
};

/**
 * Finds where an import of the same file was cut short, in the database where its rows are. One process at a time
 * imports a file; one that was killed a moment ago is waited for. An import that nobody went on with for 30 days
 * begins anew, which its keys make harmless.
 */
export async function openCheckpoint(url: string, pathId: number, fingerprint: Buffer): Promise<Checkpoint> {
  const client = new Client({ connectionString: url, application_name: "catchment import" });
  client.on("error", () => {}); // the next query says it
  await client.connect();
  try {
    await lock(client, pathId, fingerprint);
    await client.query(
      "delete from app_private.imports where imports.started_at < now() - interval '30 days'",
    );
    const importId = await beginOrFind(client, pathId, fingerprint);
    const { rows } = await client.query<BatchResult>(BATCHES, [importId]);
    const known = new Map(rows.map((row) => [row.place, row]));
    return {
      importId,
      find: (place) => known.get(place),
      size: known.size,
      finish: async () => {
        await client.query("delete from app_private.imports where imports.id = $1", [importId]);
      },
      close: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

const BATCHES = `select place, arrivals, stored, first_capture_id, last_capture_id
  from app_private.import_batches where import_batches.import_id = $1`;

async function lock(client: Client, pathId: number, fingerprint: Buffer): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query<{ is_mine: boolean }>(
      "select pg_try_advisory_lock(hashtext('catchment.import'), $1) as is_mine",
      [fingerprint.readInt32BE(0) ^ pathId],
    );
    if (rows[0]?.is_mine === true) return;
    if (performance.now() > until) throw refused("Another process is importing this file into this path.");
    await pause(200);
  }
}

const PATIENCE_MS = 10_000;

async function beginOrFind(client: Client, pathId: number, fingerprint: Buffer): Promise<string> {
  await client.query(
    "insert into app_private.imports (path_id, fingerprint) values ($1, $2) on conflict do nothing",
    [pathId, fingerprint],
  );
  const { rows } = await client.query<{ id: string }>(
    "select imports.id from app_private.imports where imports.path_id = $1 and imports.fingerprint = $2",
    [pathId, fingerprint],
  );
  if (rows[0] === undefined) throw new Error("The import is not there although it was just begun.");
  return rows[0].id;
}
