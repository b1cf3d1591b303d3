import { EventEmitter } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Logger, type ParsedCronItem, run, type TaskList, type WorkerEvents } from "graphile-worker";
import type { Pool } from "pg";
import { keepAlive } from "./liveness.ts";

export type Shift = {
  /** Resolves when it has ended, asked or not: graphile-worker gives up when it cannot mark a finished job. */
  ended: Promise<void>;
  stop: () => Promise<void>;
};

export type ShiftOptions = {
  pool: Pool;
  /** For the connection that shows that this shift lives. */
  url: string;
  concurrency: number;
  taskList: TaskList;
  sweeps: ParsedCronItem[];
  log: (line: string) => void;
};

/** One run of graphile-worker, with the sign of life that goes with it. */
export async function startShift({ pool, url, log, ...work }: ShiftOptions): Promise<Shift> {
  const lockNames: string[] = [];
  const events: WorkerEvents = new EventEmitter();
  // Jobs are locked in the name of graphile-worker's pool, not of the worker in it.
  events.on("pool:create", ({ workerPool }) => lockNames.push(workerPool.id));
  // When marking jobs fails it shuts down, and after the second failure (0.18.0) waits for itself for ever.
  const broken = Promise.withResolvers<void>();
  events.on("pool:fatalError", () => broken.resolve());
  // No job is taken before it is known whose it is: nobody could let it go when this process is killed.
  const known = Promise.withResolvers<void>();
  const runner = await run({
    pgPool: pool,
    concurrency: work.concurrency,
    noHandleSignals: true,
    pollInterval: 500, // an alarm in the future is found by polling only
    taskList: work.taskList,
    parsedCronItems: work.sweeps,
    events,
    logger: new Logger(() => (level, message) => {
      if (level === "error" || level === "warning") log(`worker: ${message}`);
    }),
    preset: {
      plugins: [
        { name: "WaitUntilKnown", version: "1", worker: { hooks: { startWorker: () => known.promise } } },
      ],
      // Finished jobs are marked at once: what waits for a batch would stay locked at a stop.
      worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
    },
  });
  const ended = Promise.race([
    runner.promise.catch(() => {}), // it has said why in the log
    broken.promise.then(() => pause(SETTLE_MS)),
  ]);
  const stopRunner = async () => {
    const stopped = runner.stop().catch(() => {}); // it has stopped already
    await Promise.race([stopped, ended]);
    await ended;
  };
  try {
    const liveness = await keepAlive({ url, lockNames, log });
    known.resolve();
    return { ended, stop: () => stopRunner().then(liveness.stop) };
  } catch (error) {
    known.resolve(); // to workers that take nothing any more
    await stopRunner();
    throw error;
  }
}

/** For jobs under way when a shift breaks; what takes longer goes on beside the next shift. */
const SETTLE_MS = 3_000;
