import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { postmasterPid } from "./leftover.ts";
import { childrenOf, signal } from "./processes.ts";
import { runAs, type ServerUser } from "./server_user.ts";

export type ServerProcess = {
  /** Null while it runs. */
  exitCode: () => number | null;
  /** However it ends. */
  exited: Promise<void>;
  stop: () => Promise<void>;
  kill9: () => Promise<void>;
};

/**
 * Runs the server under a small shell that holds a pipe from this process. When this process ends, even by
 * SIGKILL, the shell reads the end of the pipe and shuts the server down: there are no orphans. It has its own
 * process group, so that Ctrl-C in a terminal reaches Node alone, which then stops things in order.
 */
export function runServer(options: {
  postgres: string;
  directory: string;
  arguments: string[];
  user: ServerUser;
  logFile: string;
}): ServerProcess {
  const logFd = openSync(options.logFile, "a", 0o600);
  const child = spawn(
    "/bin/sh",
    ["-c", WRAPPER, "catchment-postgres", options.postgres, "-D", options.directory, ...options.arguments],
    { ...runAs(options.user), detached: true, stdio: ["pipe", logFd, logFd] },
  );
  closeSync(logFd);
  // Neither the child nor its pipe keeps a finished program alive.
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.stdin?.on("error", () => {}); // the server ended by itself
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return {
    exitCode: () => exitCodeOf(child),
    exited,
    stop: () => stop(child, exited, options.directory),
    kill9: () => kill9(child, exited, options.directory),
  };
}

/**
 * Background commands of a shell ignore SIGINT until they say otherwise; the postmaster does, but not in its first
 * moments: so it is told until it has heard.
 */
const WRAPPER = `
exec 3<&0
"$@" </dev/null 3<&- & server=$!
( read -r _ <&3; while kill -INT "$server" 2>/dev/null; do sleep 0.1; done ) & watcher=$!
exec 3<&-
trap 'kill -INT "$server" 2>/dev/null' HUP INT TERM
status=0
while kill -0 "$server" 2>/dev/null; do wait "$server"; status=$?; done
kill "$watcher" 2>/dev/null
exit "$status"
`;

/** What stays open or unwritten after that is left to recovery. */
const STOP_MS = 30_000;

function exitCodeOf(child: ChildProcess): number | null {
  if (child.exitCode !== null) return child.exitCode;
  return child.signalCode !== null || child.pid === undefined ? 1 : null;
}

/** Fast shutdown: connections are closed, everything is written out. */
async function stop(child: ChildProcess, exited: Promise<void>, directory: string): Promise<void> {
  if (exitCodeOf(child) !== null) return;
  child.ref();
  child.stdin?.end();
  const timer = new AbortController();
  const late = pause(STOP_MS, "late", { signal: timer.signal }).catch(() => "in time");
  if ((await Promise.race([exited, late])) === "late") {
    const pid = await postmasterPid(directory);
    if (pid !== null) signal(pid, "SIGQUIT");
    await exited;
  }
  timer.abort();
}

/** As a power cut would: the postmaster and its children at once, nothing is written out. */
async function kill9(child: ChildProcess, exited: Promise<void>, directory: string): Promise<void> {
  const pid = await postmasterPid(directory);
  if (exitCodeOf(child) !== null || pid === null) return;
  child.ref();
  const children = childrenOf(pid);
  for (const one of [pid, ...children]) signal(one, "SIGKILL");
  await exited;
}
