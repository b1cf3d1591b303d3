import type { Overview } from "./overview.ts";

export type Readiness = { isReady: boolean; reasons: string[]; degraded: string[] };

export type ReadinessOptions = {
  /** Rejects when the database does not answer. */
  ping: () => Promise<unknown>;
  isMigrated: () => Promise<boolean>;
  readOverview: () => Promise<Overview>;
};

/**
 * Not ready only without the database or its migrations: captures must come in while everything behind them stands
 * still, so the rest is told and closes no door.
 */
export async function readiness(options: ReadinessOptions): Promise<Readiness> {
  try {
    await options.ping();
    if (!(await options.isMigrated())) return notReady("migrations are pending");
  } catch {
    return notReady("the database does not answer");
  }
  const degraded = await options.readOverview().then(degradedBy, () => ["the overview cannot be read"]);
  return { isReady: true, reasons: [], degraded };
}

function notReady(reason: string): Readiness {
  return { isReady: false, reasons: [reason], degraded: [] };
}

function degradedBy(overview: Overview): string[] {
  const degraded: string[] = [];
  const { oldestDueSeconds, partitionMonthsAhead, liveWorkers } = overview;
  if ((oldestDueSeconds ?? 0) > 5) degraded.push("thresholds are due for more than 5 s");
  if (oldestPending(overview) > 60) degraded.push("captures are pending for more than 60 s");
  if (partitionMonthsAhead != null && partitionMonthsAhead < 2) {
    degraded.push("partitions are made for fewer than 2 months ahead");
  }
  if (liveWorkers === 0) degraded.push("no worker is alive");
  return degraded;
}

/** In seconds. Where the database does not say it, of the last arrivals only. */
function oldestPending({ oldestPendingSeconds, asOf, traces }: Overview): number {
  if (oldestPendingSeconds !== undefined) return oldestPendingSeconds ?? 0;
  const ages = traces
    .filter(({ status }) => status === "pending")
    .map(({ receivedAt }) => (Date.parse(asOf) - Date.parse(receivedAt)) / 1_000);
  return Math.max(0, ...ages);
}
