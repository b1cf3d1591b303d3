import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInitialized } from "./cluster.ts";
import { canWriteIn, type ServerUser } from "./server_user.ts";

/**
 * The server's folder: inside `dataDir`, or, where the server's user cannot reach that, in the system's
 * temporary folder under a name made from `dataDir`'s path.
 */
export async function chooseDirectory(
  dataDir: string,
  user: ServerUser,
  log: (line: string) => void,
): Promise<string> {
  const inside = join(dataDir, "postgres");
  const outside = outsideDirectory(dataDir);
  if (user === null) return inside;
  if (!(await isInitialized(outside)) && (await couldLiveIn(inside, user))) return inside;
  await takeOutside(outside, user);
  log(
    `${user.name} cannot reach ${inside}: the database lives in ${outside}. ` +
      "Set CATCHMENT_DATA_DIR to a folder it can reach for anything that must last.",
  );
  return outside;
}

/** Also where it was decided at an earlier start; a folder that became reachable since does not move the data. */
export function outsideDirectory(dataDir: string): string {
  return join(tmpdir(), `catchment-data-${createHash("sha256").update(dataDir).digest("hex").slice(0, 16)}`);
}

async function couldLiveIn(inside: string, user: NonNullable<ServerUser>): Promise<boolean> {
  if (await isInitialized(inside)) return canWriteIn(user, inside);
  const trial = await mkdtemp(`${inside}.trial-`);
  try {
    await chown(trial, user.uid, user.gid);
    return await canWriteIn(user, trial);
  } catch {
    return false; // File systems that know no owners, as some mounted from another machine.
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

/** The temporary folder is everybody's: one of that name with another owner is not ours to trust. */
async function takeOutside(outside: string, user: NonNullable<ServerUser>): Promise<void> {
  await mkdir(outside, { mode: 0o700 }).then(
    () => chown(outside, user.uid, user.gid),
    () => {},
  );
  const found = await lstat(outside);
  if (!found.isDirectory() || found.uid !== user.uid) {
    throw new Error(`${outside} belongs to somebody else: remove it, or set TMPDIR to a folder of your own.`);
  }
  await chmod(outside, 0o700);
}
