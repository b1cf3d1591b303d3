import type { Task } from "graphile-worker";
import type { Drain } from "../pipeline/drain.ts";

/** Takes pending captures through the stages. Does nothing when none is pending or others hold them. */
export function makeDrainCaptures(drain: Drain): Task {
  return async () => {
    await drain.run();
  };
}
