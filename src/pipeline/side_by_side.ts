import { setTimeout as pause } from "node:timers/promises";

export type Batches = {
  /** Answers how many captures it took. */
  batch: () => Promise<number>;
  /** What counts as many. */
  many: number;
  isStopping: () => boolean;
};

/** A batch of one costs a third of a batch of ten: under a trickle, wait for company rather than burn a processor. */
export const BREATH_MS = 5;
/** So long after the last batch of many both go on. */
const REST_MS = 200;

/**
 * Two streams of batches while much comes: one alone would leave a processor idle, more would wait for each other's teams.
 * Neither rests while the other is at a batch that began in the rush: behind a large one the next would be as large, and alone again.
 * When one fails the other ends with its batch, so nothing goes on behind whoever called. Answers how many both took.
 */
export async function sideBySide({ batch, many, isStopping }: Batches): Promise<number> {
  let total = 0;
  let until = performance.now() + REST_MS;
  let ofTheRush = 0;
  let hasFailed = false;
  const isRush = () => performance.now() < until;
  const take = async () => {
    const count = await batch();
    total += count;
    if (count >= many) until = performance.now() + REST_MS;
  };
  const takeInRush = async () => {
    ofTheRush += 1;
    await take().finally(() => {
      ofTheRush -= 1;
    });
  };
  const stream = async () => {
    for (; (isRush() || ofTheRush > 0) && !isStopping() && !hasFailed; await pause(BREATH_MS)) {
      await (isRush() ? takeInRush() : take());
    }
  };
  const noted = (error: unknown) => {
    hasFailed = true;
    throw error;
  };
  const ended = await Promise.allSettled([stream().catch(noted), stream().catch(noted)]);
  for (const outcome of ended) if (outcome.status === "rejected") throw outcome.reason;
  return total;
}
