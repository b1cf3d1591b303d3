import { readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { commandLine, identityOf, signal } from "./processes.ts";

/** How long the server of a killed Node gets to finish the shutdown that its wrapper asked for. */
const PATIENCE_MS = 20_000;

/**
 * Makes the folder free for a new server. Waits for one that is still shutting down, then ends it; removes a
 * `postmaster.pid` whose process is dead, or is alive but is not this folder's server.
 */
export async function clearLeftover(directory: string, log: (line: string) => void): Promise<void> {
  const pid = await postmasterPid(directory);
  if (pid !== null && (await isServerOf(pid, directory))) {
    log(`waiting for PostgreSQL ${pid} of an earlier start to end`);
    // SIGINT: close connections and write everything out. SIGQUIT: leave at once, recovery repairs it.
    const ended =
      (await endsWithin(pid, directory, PATIENCE_MS)) ||
      (signal(pid, "SIGINT") && (await endsWithin(pid, directory, 10_000))) ||
      (signal(pid, "SIGQUIT") && (await endsWithin(pid, directory, 5_000)));
    if (!ended)
      throw new Error(`PostgreSQL ${pid} still runs on ${directory} and does not end: end it by hand.`);
  }
  if (pid !== null) await rm(join(directory, "postmaster.pid"), { force: true });
}

/** The pid that the folder's server wrote down; it need not be alive, nor still be a server. */
export async function postmasterPid(directory: string): Promise<number | null> {
  const text = await readFile(join(directory, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

/** A pid is soon given to somebody else: only a postgres that names this folder is ours to end. */
async function isServerOf(pid: number, directory: string): Promise<boolean> {
  if (identityOf(pid) === null) return false;
  const words = commandLine(pid);
  const real = await realpath(directory).catch(() => directory);
  return /(^|\/)postgres /.test(words) && (words.includes(`${directory} `) || words.includes(`${real} `));
}

async function endsWithin(pid: number, directory: string, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline) {
    if (!(await isServerOf(pid, directory))) return true;
    await pause(50);
  }
  return false;
}
