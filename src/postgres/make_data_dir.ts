import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./connect.ts";

/** Makes the data folder, and those above it. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await make(dataDir).catch((error: unknown) => {
    throw unusable(dataDir, "made", error);
  });
}

/** What whoever started it can do about it; the system's own words name files that nobody asked for. */
export function unusable(dataDir: string, deed: "made" | "written to", cause: unknown): Error {
  const code = errorCode(cause);
  const why = code === "" ? String(cause) : `${REASONS[code] ?? "the system says no"}, ${code}`;
  const advice =
    code === "ENOSPC" || code === "EDQUOT"
      ? "Make room there, or set CATCHMENT_DATA_DIR to a folder where there is some."
      : "Set CATCHMENT_DATA_DIR to a folder that this user may write to.";
  return new Error(`The data folder ${dataDir} cannot be ${deed} (${why}). ${advice}`, { cause });
}

const REASONS: Record<string, string> = {
  EACCES: "this user may not",
  EPERM: "this user may not",
  EROFS: "it is mounted read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "there is a file where a folder should be",
  EEXIST: "there is a file where a folder should be",
};

/**
 * Node's own recursive form tries for ever where a folder that is there answers "no such file" to who would make one in
 * it, as those of /proc do: no signal ends it.
 */
async function make(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o755 });
  } catch (error) {
    const code = errorCode(error);
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isThere) return;
    if (code !== "ENOENT" || dirname(folder) === folder) throw error;
    await make(dirname(folder));
    await mkdir(folder, { mode: 0o755 }).catch((second: unknown) => {
      if (errorCode(second) !== "EEXIST") throw second; // another start was quicker
    });
  }
}
