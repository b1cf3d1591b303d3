import type { Pool } from "pg";
import { z } from "zod";
import { borrow } from "../capture/borrow.ts";

const Overview = z.looseObject({
  pending: z.number(),
  quarantined: z.number(),
  unassigned: z.number(),
  thresholdsDue: z.number(),
  exceptionsOpen: z.number(),
  notificationsDue: z.number().optional(),
  notificationsFailed: z.number().optional(),
  asOf: z.string(),
  traces: z.array(z.looseObject({ status: z.string(), receivedAt: z.string() })),
  // Medians in seconds; like what readiness would like to know, absent until the database says it.
  times: z.record(z.string(), z.number().nullable()).optional(),
  oldestPendingSeconds: z.number().nullish(),
  oldestDueSeconds: z.number().nullish(),
  partitionMonthsAhead: z.number().nullish(),
  liveWorkers: z.number().nullish(),
});
export type Overview = z.infer<typeof Overview>;

/**
 * What waits, and the last arrivals; no personal data. Whoever asks within a second shares one query, so that open
 * pages cost the same as one. Rejects when the database does not answer within 2 s.
 */
export function makeOverview(
  pool: Pool,
  onFailure: (error: unknown) => void = () => {},
): () => Promise<Overview> {
  let last: Promise<Overview> | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (last !== null && performance.now() - readAt < SHARED_MS) return last;
    readAt = performance.now();
    last = read(pool);
    last.catch(onFailure);
    return last;
  };
}

const SHARED_MS = 1_000;

async function read(pool: Pool): Promise<Overview> {
  const { rows } = await borrow(pool, 2_000, (client) =>
    client.query<{ overview: unknown }>("select app_private.overview() as overview"),
  );
  return Overview.parse(rows[0]?.overview);
}
