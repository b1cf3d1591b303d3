import type { Outcome, Reason } from "./channel.ts";

export type Lanes = {
  /** Does `attempt` when the target is free; what waits too long is put off without it. Null: not begun, since the lanes were stopped. */
  run: (target: string, width: number, attempt: () => Promise<Outcome>) => Promise<Outcome | null>;
  stop: () => void;
};

/**
 * One lane a target, so that a target that hangs holds up nobody else; and of all lanes only so many attempts at once.
 * A target that asks for patience, or does not answer, rests: what waits for it is put off without an attempt.
 */
export function makeLanes({ atOnce = 20, patienceMs = 75_000 } = {}): Lanes {
  const places = makePlaces(atOnce);
  const lanes = new Map<string, { places: Places; rest?: { until: number; reason: Reason } }>();
  let isStopped = false;
  return {
    run: async (target, width, attempt) => {
      const lane = lanes.get(target) ?? { places: makePlaces(width) };
      lanes.set(target, lane);
      const since = performance.now();
      await lane.places.take();
      await places.take();
      try {
        if (isStopped) return null;
        // The database hands it out again after two minutes, as one more attempt, and an attempt takes some of them itself:
        // a burst to a slow target would use up its attempts without one.
        if (performance.now() - since > patienceMs)
          return { outcome: "later", reason: "resting", after: 1, isFree: true };
        const rest = lane.rest;
        const seconds = rest === undefined ? 0 : Math.ceil((rest.until - performance.now()) / 1_000);
        if (rest !== undefined && seconds > 0)
          return { outcome: "later", reason: rest.reason, after: seconds, isFree: true };
        const outcome = await attempt();
        if (outcome.outcome === "later" && outcome.rests) {
          const until = performance.now() + (outcome.after ?? REST_SECONDS) * 1_000;
          lane.rest = { until, reason: outcome.reason };
        }
        return outcome;
      } finally {
        places.leave();
        lane.places.leave();
        if (lane.places.isEmpty() && lane.rest === undefined) lanes.delete(target);
      }
    },
    stop: () => {
      isStopped = true;
    },
  };
}

/** Of a target that does not say how long. */
const REST_SECONDS = 30;

type Places = { take: () => Promise<void>; leave: () => void; isEmpty: () => boolean };

function makePlaces(count: number): Places {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return {
    take: async () => {
      if (taken < count) taken += 1;
      else await new Promise<void>((go) => waiting.push(go)); // whoever leaves hands the place over
    },
    leave: () => {
      const next = waiting.shift();
      if (next === undefined) taken -= 1;
      else next();
    },
    isEmpty: () => taken === 0,
  };
}
