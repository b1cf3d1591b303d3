import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./connect.ts";

/** Adds lines at the end of a file, in one write, and answers when they are on disk. Several processes of a host may do so. */
export async function appendLines(file: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, "a+", 0o600);
  try {
    // What a crash left half written keeps its line to itself.
    const start = (await endsInsideALine(handle)) ? "\n" : "";
    await handle.appendFile(start + lines.map((line) => `${line}\n`).join(""));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(file));
}

async function endsInsideALine(handle: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== "\n";
}

/** A file that was just made is there after a power cut only when its folder says so. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch((error: unknown) => {
    if (["EISDIR", "EPERM", "EACCES"].includes(errorCode(error))) return null; // systems that open no folders
    throw error;
  });
  await handle?.sync().finally(() => handle.close());
}
