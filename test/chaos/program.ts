import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export type Program = {
  isAlive: () => boolean;
  /** SIGKILL; resolves when the process is gone. */
  kill: () => Promise<void>;
  /** SIGTERM; resolves with the exit code, null when a signal ended it. */
  stop: () => Promise<number | null>;
  /** What it wrote to standard error. */
  said: () => string;
};

/** Starts a script of this folder and resolves when it says `ready`. It ends with this process, however that ends. */
export async function startProgram(
  script: "serve_api.ts" | "serve_worker.ts",
  options: object,
): Promise<Program> {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  child.stdin.on("error", () => {}); // it ended before we did
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-KEPT_CHARACTERS);
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isAlive()) child.kill(signal);
    await exited;
  };
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) if (line === "ready") break;
  if (!isAlive()) throw new Error(`${script} ended while starting:\n${said}`);
  return {
    isAlive,
    kill: () => end("SIGKILL"),
    stop: async () => {
      await end("SIGTERM");
      return child.exitCode;
    },
    said: () => said,
  };
}

const KEPT_CHARACTERS = 20_000;
