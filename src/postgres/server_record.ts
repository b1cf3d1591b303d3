import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { identityOf, isStillThere } from "./processes.ts";
import { replaceFile } from "./whole_file.ts";

/** `postgres.json` in the data folder: where the server of this folder is, and which Node runs it. */
const ServerRecord = z.object({
  directory: z.string(),
  port: z.number(),
  node: z.object({ pid: z.number(), started: z.string() }).nullable(),
});
export type ServerRecord = z.infer<typeof ServerRecord>;

/** Null when there is none, or it is not readable: it only saves time and prevents mistakes. */
export async function readServerRecord(dataDir: string): Promise<ServerRecord | null> {
  try {
    return ServerRecord.parse(JSON.parse(await readFile(join(dataDir, "postgres.json"), "utf8")));
  } catch {
    return null;
  }
}

export async function writeServerRecord(
  dataDir: string,
  record: { directory: string; port: number; node: number | null },
): Promise<void> {
  const node = record.node === null ? null : identityOf(record.node);
  await replaceFile(join(dataDir, "postgres.json"), `${JSON.stringify({ ...record, node }, null, 2)}\n`);
}

/** A server whose Node lives is never waited for, and never ended. */
export function refuseIfInUse(dataDir: string, record: ServerRecord | null): void {
  if (record?.node && isStillThere(record.node)) {
    throw new Error(
      `The database in ${dataDir} is run by process ${record.node.pid} (PostgreSQL on port ${record.port}). ` +
        "Stop it, or choose another CATCHMENT_DATA_DIR.",
    );
  }
}
