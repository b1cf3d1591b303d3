import { setTimeout as pause } from "node:timers/promises";
import { SafeError } from "postgraphile/grafast";
import type { LiveEvent, Mailbox } from "./mailbox.ts";

/** The connection that a subscription writes to. */
export type Line = {
  /** False while what was written before is still on its way. */
  hasRoom: () => boolean;
  close: (why: "forbidden" | "slow") => void;
};

/**
 * The events of a mailbox, one at a time: the next is taken when the connection has room again, and who makes no room for
 * 10 s is dropped. `done` is called once, however it ends. No generator: its `return` would wait for the next event.
 */
export function iterate(mailbox: Mailbox, line: Line, done: () => void): AsyncIterableIterator<LiveEvent> {
  const finish = (): Promise<IteratorResult<LiveEvent>> => {
    mailbox.end();
    done();
    return Promise.resolve({ done: true, value: undefined });
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      try {
        await mailbox.ready();
        if (!(await hasRoomWithin(line, PATIENCE_MS))) {
          line.close("slow");
          return await finish();
        }
        const event = await mailbox.take();
        return event === null ? await finish() : { done: false, value: event };
      } catch (reason) {
        done();
        throw reason;
      }
    },
    return: finish,
    throw: finish,
  };
}

export const refusals = {
  /** The words of mask_error.ts: a territory that is hidden, absent, or was taken away. */
  notThere: () => new SafeError("Not there.", { code: "NOT_FOUND" }),
  tooMany: () =>
    new SafeError("You follow too much at once. End a subscription first.", { code: "RATE_LIMITED" }),
  unavailable: () => new SafeError("The database does not answer. Try again.", { code: "UNAVAILABLE" }),
};

async function hasRoomWithin(line: Line, limitMs: number): Promise<boolean> {
  for (let waited = 0; !line.hasRoom(); waited += LOOK_MS) {
    if (waited >= limitMs) return false;
    await pause(LOOK_MS);
  }
  return true;
}

const PATIENCE_MS = 10_000;
const LOOK_MS = 50;
