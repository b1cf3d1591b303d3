import { readFileSync } from "node:fs";
import { childrenOf } from "../postgres/processes.ts";

/** Processor seconds (user and system) since the process began. Null where there is no /proc. */
export function cpuSeconds(pid: number): number | null {
  const ticks = ticksOf(pid);
  return ticks === null ? null : ticks.own / TICKS_A_SECOND;
}

/**
 * The same for a server and all its backends, those that have ended included: whoever ended stands in the account
 * of the postmaster that waited for it.
 */
export function serverCpuSeconds(postmaster: number): number | null {
  const parent = ticksOf(postmaster);
  if (parent === null) return null;
  const living = childrenOf(postmaster).map((pid) => ticksOf(pid)?.own ?? 0);
  return living.reduce((sum, own) => sum + own, parent.own + parent.ended) / TICKS_A_SECOND;
}

/** Linux tells user programs of a hundred ticks a second, whatever the kernel's own clock does. */
const TICKS_A_SECOND = 100;

function ticksOf(pid: number): { own: number; ended: number } | null {
  const text = readStat(pid);
  if (text === null) return null;
  // The second field is the command in parentheses and may itself hold blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: user + system, ended: endedUser + endedSystem };
}

function readStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
}

/** Starts counting; calling what it answers says what each process has used since, in seconds. */
export function meterCpu<Name extends string>(
  readers: Record<Name, () => number | null>,
): () => Map<Name, number | null> {
  const names = Object.keys(readers).filter((name): name is Name => name in readers);
  const before = new Map(names.map((name) => [name, readers[name]()]));
  return () =>
    new Map(
      names.map((name) => {
        const [from, to] = [before.get(name) ?? null, readers[name]()];
        return [name, from === null || to === null ? null : to - from];
      }),
    );
}
