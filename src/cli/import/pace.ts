import type { Drain } from "../../pipeline/drain.ts";
import { onlyRetryable } from "./settle.ts";

/**
 * Lets staging run ahead of the stages by some thousand rows and no more: captures are taken in the order of their
 * arrival, so a live one would wait behind the whole file. Two batches at a time go through the stages here, beside
 * whatever a worker takes.
 */
export function makePace(drain: Drain): (stored: number) => Promise<void> {
  let ahead = 0;
  let catchingUp: Promise<void> | null = null;

  const drainSome = async () => {
    while (ahead > LEAST_AHEAD) {
      const taken = await drain.batch();
      // Nothing to take: a worker has the rest.
      ahead = taken === 0 ? 0 : ahead - taken;
    }
  };
  const catchUp = async () => {
    await Promise.all([drainSome().catch(onlyRetryable), drainSome().catch(onlyRetryable)]);
    catchingUp = null;
  };
  return async (stored) => {
    ahead += stored;
    if (ahead <= MOST_AHEAD) return;
    catchingUp ??= catchUp();
    await catchingUp;
  };
}

const MOST_AHEAD = 2_000;
const LEAST_AHEAD = 500;
