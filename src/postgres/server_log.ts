import { readFile, rename, stat } from "node:fs/promises";

const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

/** Keeps one older log. Returns where this start's lines will begin. */
export async function roomInLog(logFile: string): Promise<number> {
  const size = (await stat(logFile).catch(() => null))?.size ?? 0;
  if (size < LOG_LIMIT_BYTES) return size;
  await rename(logFile, `${logFile}.1`);
  return 0;
}

export async function saidSince(logFile: string, from: number): Promise<string> {
  const text = (await readFile(logFile)).subarray(from).toString("utf8").trimEnd();
  return text.split("\n").slice(-20).join("\n");
}

export function withLog(message: string, lines: string): Error {
  return new Error(`${message}\nThe end of postgres.log:\n${lines}`);
}
