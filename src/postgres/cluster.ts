import { chown, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { runToEnd, type ServerUser } from "./server_user.ts";

/**
 * Makes a new cluster where there is none. It is made beside its place and moved there when whole, so one cut
 * short is made again. Refuses a cluster of another major version.
 */
export async function ensureCluster(options: {
  directory: string;
  user: ServerUser;
  binaries: Binaries;
  password: string;
  durable: boolean;
  log: (line: string) => void;
}): Promise<void> {
  const { directory, binaries } = options;
  const major = await majorOf(directory);
  if (major === null) return initialize(options);
  if (major !== binaries.major) {
    throw new Error(
      `${directory} was made by PostgreSQL ${major} and this is ${binaries.major}: dump it with the old server ` +
        "and load it into a new folder.",
    );
  }
}

export async function isInitialized(directory: string): Promise<boolean> {
  return (await majorOf(directory)) !== null;
}

async function initialize(options: Parameters<typeof ensureCluster>[0]): Promise<void> {
  const { directory, user, binaries, password, durable, log } = options;
  const place = dirname(directory);
  await removeUnfinished(place, unfinishedPrefix(directory));
  log(`making a new database in ${directory}`);
  const unfinished = await mkdtemp(join(place, unfinishedPrefix(directory)));
  const passwordFile = join(unfinished, "password");
  const cluster = join(unfinished, "data");
  await writeFile(passwordFile, password, { mode: 0o600 });
  for (const path of [unfinished, passwordFile]) if (user) await chown(path, user.uid, user.gid);
  const made = await runToEnd(user, binaries.initdb, [
    `--pgdata=${cluster}`,
    `--pwfile=${passwordFile}`,
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    // Sorts and folds the same on every system; its libc need not know C.UTF-8.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    ...(durable ? [] : ["--no-sync"]),
  ]);
  if (!made.ok) throw new Error(`initdb failed in ${unfinished}:\n${made.output}`);
  await rename(cluster, directory);
  if (durable) await syncFolder(place);
  await rm(unfinished, { recursive: true, force: true });
}

function unfinishedPrefix(directory: string): string {
  return `${basename(directory)}.unfinished-`;
}

/** An initdb whose Node was killed may still be writing into one: what resists now goes at the next start. */
async function removeUnfinished(place: string, prefix: string): Promise<void> {
  const names = (await readdir(place)).filter((name) => name.startsWith(prefix));
  for (const name of names) await rm(join(place, name), { recursive: true, force: true }).catch(() => {});
}

async function majorOf(directory: string): Promise<string | null> {
  const version = await readFile(join(directory, "PG_VERSION"), "utf8").catch(() => null);
  return version?.trim() ?? null;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync().catch(() => {}); // Not every file system can.
  await handle.close();
}
