import { randomBytes } from "node:crypto";
import { link, rename, rm, writeFile } from "node:fs/promises";
import { errorCode } from "./connect.ts";

/** Replaces a file so that a reader sees the old or the new one, never a part. Readable to its owner alone. */
export async function replaceFile(file: string, content: string): Promise<void> {
  await rename(await writeDraft(file, content), file);
}

/** Makes a file that is whole from its first moment; false when there is one already. */
export async function makeFile(file: string, content: string): Promise<boolean> {
  const draft = await writeDraft(file, content);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft);
  }
}

async function writeDraft(file: string, content: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, content, { mode: 0o600 });
  return draft;
}
