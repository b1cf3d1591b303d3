import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import { z } from "zod";
import { withConnection } from "../postgres/connect.ts";
import { startChild } from "./child.ts";
import { fillClocks, makeDue } from "./clock_fill.ts";
import { type FutureJobs, timeFutureJobs } from "./clock_jobs.ts";
import type { BenchCluster } from "./cluster.ts";
import { type Mode, rate, type Section } from "./section.ts";
import { median, percentile } from "./statistics.ts";

/** What the sweep costs while nothing is due, and how late it is when much is, at several numbers of open leads. */
export async function benchTicks(
  cluster: BenchCluster,
  { isFull, log }: Mode,
  sizes: readonly number[] = isFull ? [100_000, 1_000_000] : [100_000],
  seconds = isFull ? 60 : 10,
): Promise<Section[]> {
  const found: Found[] = [];
  for (const leads of sizes) {
    const database = await cluster.copy();
    try {
      log(`clock: filling ${rate(leads)} open leads`);
      await withConnection(database.urls.superuser, (client) => fillClocks(client, leads));
      log("clock: idle ticks");
      const idle = await withConnection(database.urls.worker, (client) => timeEach(client, TICK));
      const read = await withConnection(database.urls.worker, (client) => timeEach(client, READ_ALL, 20));
      log(`clock: ${rate(DUE_A_SECOND)} due a second for ${seconds} s, as many closed before`);
      const firing = await measureLateness(database.urls, seconds);
      log(`clock: ${rate(3 * leads)} future jobs instead`); // last: what they leave behind keeps a vacuum busy
      const jobs = await timeFutureJobs(database.urls.worker, 3 * leads);
      found.push({ leads, idle, read, jobs, ...firing });
    } finally {
      await database.drop();
    }
  }
  return [reportIdle(found), reportLateness(found)];
}

const DUE_A_SECOND = 1_000;
/** Answers come so long before the threshold that they prevent. */
const LEAD_SECONDS = 5;
const TICK = "select app_private.fire_thresholds(now(), 500)";
/** As a sweep without an index of what is due would: every open clock, each time. */
const READ_ALL = `
  select count(*) from app_public.clocks
   where clocks.stopped_at is null
     and app_private.threshold_at(clocks.calendar_id, clocks.running_since, clocks.elapsed_seconds, clocks.target_seconds, 80) <= now()`;

type Found = {
  leads: number;
  /** Milliseconds of each. */
  idle: number[];
  read: number[];
  jobs: FutureJobs;
} & Awaited<ReturnType<typeof measureLateness>>;

async function timeEach(client: Client, text: string, times = 200): Promise<number[]> {
  const taken: number[] = [];
  for (let n = -WARM_UP; n < times; n += 1) {
    const startedAt = performance.now();
    await client.query({ name: "tick", text });
    if (n >= 0) taken.push(performance.now() - startedAt);
  }
  return taken;
}

const WARM_UP = 10;

/** A whole worker beside it; half of what would be due is answered before, in batches as arrivals come. */
async function measureLateness(urls: { superuser: string; worker: string }, seconds: number) {
  const worker = startChild("worker_ours.ts");
  try {
    await worker.ask({ workerUrl: urls.worker }, z.object({}));
    return await withConnection(urls.superuser, async (client) => {
      const { ids, ahead } = await makeDue(client, {
        perSecond: 2 * DUE_A_SECOND,
        seconds,
        after: LEAD_SECONDS + seconds, // as much as writing them may take
      });
      await pause((ahead - LEAD_SECONDS) * 1_000);
      const cancels = await withConnection(urls.worker, (other) =>
        cancel(
          other,
          ids.filter((_, n) => n % 2 === 0),
        ),
      );
      await fired(client, ids.length - ids.filter((_, n) => n % 2 === 0).length);
      const { rows } = await client.query<{ late: number }>(LATENESS);
      const { rows: doubled } = await client.query(DOUBLED);
      if (doubled.length > 0) throw new Error("A threshold fired more than once.");
      return { late: rows.map(({ late }) => late), cancels };
    });
  } finally {
    await worker.stop();
  }
}

/** As many a second as fall due, some seconds before they would. Milliseconds of each batch. */
async function cancel(client: Client, ids: readonly string[]): Promise<number[]> {
  const taken: number[] = [];
  const beganAt = performance.now();
  for (let at = 0; at < ids.length; at += BATCH) {
    await pause(Math.max(0, beganAt + (at / DUE_A_SECOND) * 1_000 - performance.now()));
    const some = ids.slice(at, at + BATCH);
    const startedAt = performance.now();
    await client.query({ name: "stop", text: STOP, values: [some] });
    taken.push(performance.now() - startedAt);
  }
  return taken;
}

const BATCH = 500;
const STOP = "select app_private.stop_clocks($1, array_fill(now(), array[cardinality($1::uuid[])]))";

async function fired(client: Client, count: number): Promise<void> {
  const until = performance.now() + 300_000;
  for (;;) {
    const { rows } = await client.query<{ count: number }>(
      "select count(*)::int as count from app_public.escalations",
    );
    if ((rows[0]?.count ?? 0) >= count) return;
    if (performance.now() > until) throw new Error(`Only ${rows[0]?.count} of ${count} thresholds fired.`);
    await pause(250);
  }
}

/** Milliseconds from when it was due until PostgreSQL's own stamp of the commit that fired it. */
const LATENESS = `
  select extract(epoch from pg_xact_commit_timestamp(escalations.xmin) - escalations.due_at)::float * 1000 as late
    from app_public.escalations`;
const DOUBLED = "select from app_public.escalations group by clock_id, threshold having count(*) > 1";

function reportIdle(found: readonly Found[]): Section {
  const row = (leads: string, side: string, times: readonly number[]) => [
    leads,
    side,
    median(times).toFixed(3),
    percentile(times, 0.99).toFixed(3),
  ];
  return {
    title: "B6 clock: one tick of the sweep while nothing is due",
    columns: ["open leads", "side", "median ms", "p99"],
    rows: found.flatMap(({ leads, idle, read, jobs }) => [
      row(rate(leads), "Catchment: the sweep, thresholds, pauses and cases", idle),
      row(rate(leads), "reading every open clock", read),
      row(rate(leads), `graphile-worker, ${rate(3 * leads)} future jobs: one get_job`, jobs.looks),
    ]),
    notes: [
      ...found.map(
        ({ leads, idle, read, jobs }) =>
          `${rate(leads)} open leads: the tick is ${(median(jobs.looks) / median(idle)).toFixed(0)}× cheaper than one look among future jobs ` +
          `(goal at 3,000,000: at least 1,000×), ${(median(read) / median(idle)).toFixed(0)}× cheaper than reading every open clock.`,
      ),
      "Round trip on loopback included on every side, which is most of ours.",
    ],
    data: { found: found.map(({ leads, idle, read, jobs }) => ({ leads, idle, read, jobs })) },
  };
}

function reportLateness(found: readonly Found[]): Section {
  return {
    title: "B6 clock: 1,000 thresholds due a second, as many answered before they were due",
    columns: [
      "open leads",
      "fired",
      "late by p50 ms",
      "p99",
      "max",
      "stopping 500 clocks: median ms",
      "p99",
      "adding 1,500 future jobs",
      "removing them",
    ],
    rows: found.map(({ leads, late, cancels, jobs }) => [
      rate(leads),
      rate(late.length),
      percentile(late, 0.5).toFixed(0),
      percentile(late, 0.99).toFixed(0),
      percentile(late, 1).toFixed(0),
      median(cancels).toFixed(1),
      percentile(cancels, 0.99).toFixed(1),
      median(jobs.adding).toFixed(1),
      median(jobs.removing).toFixed(1),
    ]),
    notes: [
      "From when a threshold was due until PostgreSQL's stamp of the commit that fired it; goal: p99 at most 1,000 ms.",
      "Checked: every threshold fired once, none of an answered lead did.",
    ],
    data: {
      found: found.map(({ leads, late, cancels }) => ({
        leads,
        fired: late.length,
        p50: percentile(late, 0.5),
        p99: percentile(late, 0.99),
        cancels,
      })),
    },
  };
}
