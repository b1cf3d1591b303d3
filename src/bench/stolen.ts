import { readFile } from "node:fs/promises";

/**
 * Meters what other guests of the same host take away: the answer is called at the end and gives their share of the
 * processor time since, from 0 to 1. Null where the kernel does not tell. Runs that differ much in it cannot be compared.
 */
export async function meterStolen(
  read: () => Promise<string> = () => readFile("/proc/stat", "utf8"),
): Promise<() => Promise<number | null>> {
  const before = await timesOf(read);
  return async () => {
    const after = await timesOf(read);
    if (before === null || after === null || after.all === before.all) return null;
    return (after.stolen - before.stolen) / (after.all - before.all);
  };
}

/** proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guest time is part of user time. */
async function timesOf(read: () => Promise<string>): Promise<{ all: number; stolen: number } | null> {
  const text = await read().catch(() => "");
  const ticks = /^cpu +([\d ]+)$/m.exec(text)?.[1]?.split(" ").slice(0, 8).map(Number);
  const stolen = ticks?.[7];
  if (ticks === undefined || stolen === undefined) return null;
  return { all: ticks.reduce((sum, one) => sum + one, 0), stolen };
}
