import { Logger, run } from "graphile-worker";
import { Client } from "pg";
import { makeDrain } from "../pipeline/drain.ts";
import { makePool } from "../postgres/pools.ts";
import type { BenchDatabase } from "./cluster.ts";
import { makeJobPerLead, makeRouteOne } from "./job_per_lead.ts";
import { SKETCH } from "./sketch.ts";

/** How many leads are committed so far, and when the last of them were, in ms of `performance.now()`. */
export type Progress = { count: number; at: number };

/** Works off the backlog of a database. */
export type Work = { progress: () => Progress; stop: () => Promise<void>; drained: Promise<void> };
export type Urls = BenchDatabase["urls"];

/** Two batches of 500 side by side, as the worker runs them. */
export function drainInBatches({ worker }: Urls): Work {
  const pool = makePool(worker, { max: 4, applicationName: "bench drain" });
  const drain = makeDrain({
    pool,
    log: (line) => {
      throw new Error(line);
    },
  });
  return repeat(
    2,
    () => drain.batch(),
    () => pool.end(),
  );
}

/** Rows of the same tables in one statement for 500 arrivals, without judging, deciding, walls or audit. */
export function sketchInBatches({ superuser }: Urls): Work {
  const clients = [0, 1].map(() => new Client({ connectionString: superuser }));
  const connected = Promise.all(clients.map((client) => client.connect()));
  return repeat(
    clients.length,
    async (side) => {
      await connected;
      const result = await clients[side]?.query<{ count: number }>({ name: "sketch", text: SKETCH });
      return result?.rows[0]?.count ?? 0;
    },
    async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  );
}

/** graphile-worker's defaults but for ten jobs at a time, which its guide advises; no local queue. */
export function jobsByDefault(urls: Urls): Work {
  return jobs(urls, {});
}

/** As its guide advises for speed. */
export function jobsTuned(urls: Urls): Work {
  return jobs(urls, { localQueue: { size: 11 }, completeJobBatchDelay: 250, failJobBatchDelay: 250 });
}

function jobs({ worker }: Urls, tuning: object): Work {
  const pgPool = makePool(worker, { max: 14, applicationName: "bench jobs" });
  const { add, progress } = makeProgress();
  const route_one = makeJobPerLead(makeRouteOne(), () => add(1));
  const started = run({
    pgPool,
    concurrency: 10,
    noHandleSignals: true,
    taskList: { route_one },
    logger: new Logger(() => () => {}),
    preset: { worker: tuning },
  });
  // It waits for jobs under way, then may fail (see pipeline.ts); the pool ends with the process.
  const stop = async () => {
    await (await started).stop().catch(() => {});
  };
  return { progress, stop, drained: new Promise(() => {}) };
}

/** `batch` answers how many it did; none is the end. */
function repeat(sides: number, batch: (side: number) => Promise<number>, close: () => Promise<void>): Work {
  const { add, progress } = makeProgress();
  let isStopped = false;
  const loop = async (side: number) => {
    while (!isStopped) {
      const done = await batch(side);
      if (done === 0) return;
      add(done);
    }
  };
  const drained = Promise.all(Array.from({ length: sides }, (_, side) => loop(side))).then(() => {});
  const stop = async () => {
    isStopped = true;
    await drained;
    await close();
  };
  return { progress, stop, drained };
}

function makeProgress() {
  let progress: Progress = { count: 0, at: performance.now() };
  const add = (leads: number) => {
    progress = { count: progress.count + leads, at: performance.now() };
  };
  return { add, progress: () => progress };
}
