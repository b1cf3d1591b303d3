import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { errorCode } from "./connect.ts";
import { makeDataDir } from "./make_data_dir.ts";
import { makeFile } from "./whole_file.ts";

/**
 * The key of this installation: from the environment, else from `<dataDir>/key`, which is made at the first start.
 * Whoever loses that file cannot log in to the embedded database of the folder any more.
 */
export async function ensureKey(config: Pick<Config, "key" | "dataDir">): Promise<string> {
  if (config.key !== null) return config.key;
  const file = join(config.dataDir, "key");
  return (await readKey(file)) ?? (await makeKey(config.dataDir, file));
}

async function readKey(file: string): Promise<string | null> {
  const key = await readFile(file, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  });
  if (key === null) return null;
  if (key.trim().length < 32)
    throw new Error(`${file} holds fewer than 32 characters: restore it, or start anew.`);
  return key.trim();
}

/** Of two first starts both read the same key, whoever was quicker. */
async function makeKey(dataDir: string, file: string): Promise<string> {
  await makeDataDir(dataDir);
  await makeFile(file, `${randomBytes(32).toString("base64url")}\n`);
  const key = await readKey(file);
  if (key === null) throw new Error(`${file} vanished while it was made.`);
  return key;
}
