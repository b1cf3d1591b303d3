import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { TestDatabase } from "../support/database.ts";

export type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs `catchment` as a shell would, in an environment that says nothing but `env`, with `input` on standard input. */
export async function catchment(
  words: string[],
  env: Record<string, string>,
  input?: string,
): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...plainEnvironment(), ...env },
  });
  child.stdin.on("error", () => {}); // it ended without reading
  child.stdin.end(input);
  const code = once(child, "close").then(([exitCode]) => (typeof exitCode === "number" ? exitCode : null));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

export type Running = {
  child: ChildProcess;
  /** What stood behind "ready ". */
  address: string;
  /** Everything said so far on standard output. */
  lines: string[];
  /** Sends the signal and answers the exit code, or the signal that ended it. */
  end: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>;
};

/** Starts an instance and resolves when it says "ready". It ends with the test at the latest. */
export async function startInstance(env: Record<string, string>, words: string[] = []): Promise<Running> {
  const child = spawn(process.execPath, [PROGRAM, "start", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...plainEnvironment(), PORT: "0", ...env },
  });
  onTestFinished(() => end(child, "SIGTERM").then(() => undefined));
  const complaints = text(child.stderr);
  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => {
    lines.push(line);
    const [, address] = /^ready ?(.*)$/.exec(line) ?? [];
    if (address !== undefined) resolve(address);
  });
  reader.once("close", async () => {
    reject(new Error(`start ended before it was ready:\n${lines.join("\n")}\n${await complaints}`));
  });
  const address = await promise;
  return { child, address, lines, end: (signal) => end(child, signal) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
  return child.exitCode ?? child.signalCode;
}

/** Of a database that somebody else has prepared. */
export function preparedEnv({ urls }: Pick<TestDatabase, "urls">): Record<string, string> {
  return {
    CATCHMENT_OWNER_URL: urls.owner,
    CATCHMENT_API_URL: urls.api,
    CATCHMENT_WORKER_URL: urls.worker,
    CATCHMENT_KEY: "a key for the tests of the command line",
    LOG_LEVEL: "warn",
  };
}

/** Lines of the result of one command. */
export function linesOf({ stdout }: Ended): string[] {
  return stdout.trimEnd().split("\n");
}

export const PROGRAM = fileURLToPath(new URL("../../bin/catchment.js", import.meta.url));
const OURS =
  /^(CATCHMENT_|NODE_ENV$|GRAPHILE_ENV$|VITEST|DATABASE_URL|REPLICA_|PORT$|HOST$|LOG_LEVEL$|NODE_OPTIONS$)/;

export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));
}
