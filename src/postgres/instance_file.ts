import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { makeDataDir, unusable } from "./make_data_dir.ts";
import { identityOf, isStillThere } from "./processes.ts";
import { makeFile, replaceFile } from "./whole_file.ts";

/** `instance.json` in the data folder: who runs there. Ports: of HTTP (as asked for, then as it is), of PostgreSQL. */
const Instance = z.object({
  pid: z.number(),
  started: z.string(),
  port: z.number(),
  postgresPort: z.number().nullable(),
});
export type Instance = z.infer<typeof Instance>;

/** The instance that runs on this folder; null when there is none, or its process is gone. */
export async function findInstance(dataDir: string): Promise<Instance | null> {
  const instance = await readInstance(join(dataDir, "instance.json"));
  return instance !== null && isStillThere(instance) ? instance : null;
}

/** Takes the folder for this process. Refuses when another runs there; takes over what a dead one left. */
export async function claimInstance(dataDir: string, ports: { port: number }): Promise<Instance> {
  const file = join(dataDir, "instance.json");
  const me = identityOf(process.pid);
  if (me === null) throw new Error("This system tells nothing about its processes; ps is needed.");
  await makeDataDir(dataDir);
  const instance = { ...me, port: ports.port, postgresPort: null };
  for (let trial = 0; trial < 10; trial += 1) {
    const isMine = await makeFile(file, asText(instance)).catch((error: unknown) => {
      throw unusable(dataDir, "written to", error);
    });
    if (isMine) return instance;
    const present = await readInstance(file);
    if (present !== null && isStillThere(present)) throw new Error(refusal(dataDir, present));
    await removeStale(file);
  }
  throw new Error(`${file} changes all the time: remove it when no instance runs in ${dataDir}.`);
}

/** What is known only later. Does nothing when the folder is not this process's. */
export async function updateInstance(
  dataDir: string,
  change: { port?: number; postgresPort?: number },
): Promise<void> {
  const file = join(dataDir, "instance.json");
  const present = await readInstance(file);
  if (present?.pid !== process.pid) return;
  await replaceFile(file, asText({ ...present, ...change }));
}

export async function releaseInstance(dataDir: string): Promise<void> {
  const file = join(dataDir, "instance.json");
  if ((await readInstance(file))?.pid === process.pid) await rm(file, { force: true });
}

function refusal(dataDir: string, present: Instance): string {
  return (
    `Catchment already runs in ${dataDir}: process ${present.pid}, port ${present.port}. ` +
    "Stop it, or set CATCHMENT_DATA_DIR and PORT for a second one."
  );
}

/** Between our look and the removal another start may have put its own there: that one is put back. */
async function removeStale(file: string): Promise<void> {
  const aside = `${file}.stale-${randomBytes(6).toString("hex")}`;
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  const seen = await readInstance(aside);
  if (seen !== null && isStillThere(seen)) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

async function readInstance(file: string): Promise<Instance | null> {
  try {
    return Instance.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null;
  }
}

function asText(instance: Instance): string {
  return `${JSON.stringify(instance, null, 2)}\n`;
}
