import { z } from "zod";
import { percentile } from "./statistics.ts";

/** What the load generator is asked to do. Bounded in time; `rate` (requests a second) opens the loop. */
export const LoadOrder = z.object({
  port: z.number(),
  connections: z.number(),
  /** Requests are numbered from here; the number decides lead and key, so no two orders may share numbers. */
  firstNumber: z.number(),
  warmupSeconds: z.number(),
  seconds: z.number(),
  rate: z.number().optional(),
  /** What is sent each time, as it goes over the wire. Without it a lead of its own. */
  request: z.string().optional(),
  /** Whether each arrival is reported by its id. */
  isRecorded: z.boolean().default(false),
});
export type LoadOrder = z.input<typeof LoadOrder>;

/** NaN where nothing was answered in time, which JSON between processes makes null. */
const Milliseconds = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

export const LoadResult = z.object({
  /** 200s of the whole run, warm-up included. */
  answered: z.number(),
  /** Any other answer, or none. */
  failed: z.number(),
  /** What the first of them said. */
  failure: z.string().nullable(),
  /** 200s a second in the measured time. */
  rate: z.number(),
  /** Milliseconds from sending, or in an open loop from when it should have been sent. */
  p50: Milliseconds,
  p99: Milliseconds,
  /** Unix time in milliseconds. */
  firstSentAt: z.number(),
  /** Of the measured time: capture id, and the Unix time in milliseconds of its sending. */
  arrivals: z.array(z.tuple([z.string(), z.number()])),
});
export type LoadResult = z.infer<typeof LoadResult>;

/** Collects what comes back. Times are of performance.now(). */
export function makeTally(order: z.output<typeof LoadOrder>, startedAt: number) {
  const from = startedAt + order.warmupSeconds * 1_000;
  const until = from + order.seconds * 1_000;
  const clock = wallClockOffset();
  const latencies: number[] = [];
  const arrivals: [string, number][] = [];
  let answered = 0;
  let failed = 0;
  let failure: string | null = null;
  return {
    until,
    /** Null: there was no answer. */
    record: (response: { status: number; body: string } | null, sentAt: number) => {
      const now = performance.now();
      if (response?.status !== 200) {
        failed += 1;
        failure ??= response === null ? "no answer" : `${response.status} ${response.body}`;
        return;
      }
      answered += 1;
      const isMeasured = order.rate === undefined ? now >= from && now < until : sentAt >= from;
      if (!isMeasured) return;
      latencies.push(now - sentAt);
      if (order.isRecorded) arrivals.push([captureIdOf(response.body), sentAt + clock]);
    },
    result: (): LoadResult => ({
      answered,
      failed,
      failure,
      rate: latencies.length / order.seconds,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      firstSentAt: startedAt + clock,
      arrivals,
    }),
  };
}

function captureIdOf(body: string): string {
  return /"captureId":"([^"]+)"/.exec(body)?.[1] ?? "";
}

/** What makes performance.now() Unix time, exact to microseconds: read when Date.now() ticks over. */
function wallClockOffset(): number {
  const before = Date.now();
  for (;;) {
    const now = Date.now();
    if (now !== before) return now - performance.now();
  }
}

/** What did not answer 200 makes the rest meaningless. */
export function refuseFailures(side: string, { failed, failure }: LoadResult): void {
  if (failed > 0) throw new Error(`${side}: ${failed} requests were not answered 200. The first: ${failure}`);
}
