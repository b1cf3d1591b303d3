import type { Pool } from "pg";
import type { Arrival, Receipt } from "./arrival.ts";
import { type Staged, stageBatch } from "./stage_batch.ts";
import { Unavailable } from "./unavailable.ts";

export type Stager = {
  /** Resolves after the commit. Rejects with Unavailable, or with the error of this arrival alone. */
  stage: (arrival: Arrival) => Promise<Receipt>;
  /** Takes nothing more and waits for what it has. */
  close: () => Promise<void>;
};

export type StagerOptions = {
  /** How long an arrival waits at most, for its turn and for its commit. */
  timeoutMs?: number;
  onBatch?: (rows: number) => void;
  /** Once a batch, not once an arrival. */
  onFailure?: (error: unknown, rows: number) => void;
};

/**
 * Concurrent arrivals share one durable statement: a batch is what came in while the statement before it was
 * committing. The first after a rest goes at once. `pool` is of the login catchment_api, which may stage and nothing more.
 */
export function makeStager(pool: Pool, options: StagerOptions = {}): Stager {
  const { timeoutMs = 10_000, onBatch, onFailure } = options;
  let waiting: Waiting[] = [];
  let inFlight = 0;
  let isScheduled = false;
  let lastStart = 0;
  let lastRows = 0;
  const closed = Promise.withResolvers<void>();
  let isClosing = false;

  /**
   * After the callbacks of this turn of the loop, so that what was read from many sockets at once goes together;
   * while statements follow one another closely, after a breath. A long one where few wait and more are
   * coming: not behind a single arrival, since whoever sends one after the other only waits for the answer.
   */
  const soon = (then: () => void) => {
    const since = performance.now() - lastStart;
    const breath = lastRows > 1 && waiting.length < COMPANY ? LONG_BREATH_MS : BREATH_MS;
    if (since + 1 > breath || isClosing) setImmediate(then);
    else setTimeout(() => soon(then), Math.min(BREATH_MS, breath - since));
  };
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    soon(() => {
      isScheduled = false;
      while (waiting.length > 0 && inFlight < STATEMENTS_IN_FLIGHT) void run(takeBatch());
      if (isClosing && waiting.length === 0 && inFlight === 0) closed.resolve();
    });
  };

  const takeBatch = (): Waiting[] => {
    const end = batchEnd(waiting);
    const batch = waiting.slice(0, end);
    waiting = waiting.slice(end);
    return batch;
  };

  const run = async (batch: Waiting[]) => {
    inFlight += 1;
    const startedAt = performance.now();
    lastStart = startedAt;
    lastRows = batch.length;
    try {
      const arrivals = batch.map(({ arrival }) => arrival);
      answer(batch, await stageBatch(pool, arrivals, timeoutMs));
      onBatch?.(batch.length);
    } catch (error) {
      // A silent database: those behind have waited as long, and would only wait once more.
      const isSilent = performance.now() - startedAt > timeoutMs / 2;
      const failed = isSilent ? [...batch, ...waiting.splice(0)] : batch;
      onFailure?.(error, failed.length);
      for (const { reject } of failed) reject(error);
    } finally {
      inFlight -= 1;
      schedule();
    }
  };

  const answer = (batch: readonly Waiting[], staged: Staged) => {
    for (const [position, { resolve, reject }] of batch.entries()) {
      const own = staged[position];
      if (own !== undefined && !(own instanceof Error)) {
        resolve(own);
        continue;
      }
      onFailure?.(own, 1);
      reject(own);
    }
  };

  return {
    stage: (arrival) =>
      new Promise((resolve, reject) => {
        if (isClosing) return reject(new Unavailable("The door is closing."));
        waiting.push({ arrival, resolve, reject });
        schedule();
      }),
    close: () => {
      isClosing = true;
      schedule();
      return closed.promise;
    },
  };
}

type Waiting = { arrival: Arrival; resolve: (receipt: Receipt) => void; reject: (error: unknown) => void };

/** While one commits, the next gathers. A second in flight makes batches smaller, each with a wake-up to pay for. */
const STATEMENTS_IN_FLIGHT = 1;
/** Between the starts of two statements: at 870 arrivals a second a sixth less processor time than without. */
const BREATH_MS = 4;
/** At 600 a second this makes companies of seven out of three, and staging costs PostgreSQL half. */
const LONG_BREATH_MS = 12;
/** So many go without a long breath. */
const COMPANY = 16;
const BATCH_ROWS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/** At least one, however large. */
function batchEnd(waiting: readonly Waiting[]): number {
  let bytes = 0;
  for (const [position, { arrival }] of waiting.entries()) {
    bytes += arrival.body.length;
    if (position === BATCH_ROWS || (position > 0 && bytes > BATCH_BYTES)) return position;
  }
  return waiting.length;
}
