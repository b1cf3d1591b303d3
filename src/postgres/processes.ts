import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process that can be told from a later one that was given the same number. */
export type ProcessIdentity = { pid: number; started: string };

/** Null when there is no such process, or only its corpse. */
export function identityOf(pid: number): ProcessIdentity | null {
  const started =
    process.platform === "linux" ? startedOnLinux(pid) : askPs(["-o", "lstart=", "-p", `${pid}`]);
  return started === null || started === "" ? null : { pid, started };
}

export function isStillThere(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.started === identity.started;
}

/** As it was called, words parted by blanks; empty when it is gone. */
export function commandLine(pid: number): string {
  if (process.platform !== "linux") return askPs(["-o", "command=", "-p", `${pid}`]) ?? "";
  return (readProc(pid, "cmdline") ?? "").replaceAll("\0", " ").trim();
}

export function childrenOf(parent: number): number[] {
  return parents()
    .filter(([, parentOfIt]) => parentOfIt === parent)
    .map(([pid]) => pid);
}

/** Sends a signal; false when there is nobody to receive it. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function startedOnLinux(pid: number): string | null {
  const stat = statOf(pid);
  // Ticks since boot alone could meet again after a reboot.
  return stat === null || stat.state === "Z" ? null : `${bootId()}:${stat.startTicks}`;
}

function statOf(pid: number): { state: string; parent: number; startTicks: string } | null {
  const text = readProc(pid, "stat");
  if (text === null) return null;
  // The second field is the command in parentheses and may itself hold blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "Z", parent: Number(fields[1]), startTicks: fields[19] ?? "" };
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

function parents(): [pid: number, parent: number][] {
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))?.parent ?? 0]);
  }
  const lines = (askPs(["-A", "-o", "pid=,ppid="]) ?? "").split("\n");
  return lines.map((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return [pid ?? 0, parent ?? 0];
  });
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return null;
  }
}

function askPs(args: string[]): string | null {
  try {
    return execFileSync("ps", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}
