import { setTimeout } from "node:timers/promises";
import type { Notification, Outcome, Send } from "./channel.ts";
import type { Compose } from "./compose.ts";
import { makeLanes } from "./lanes.ts";

export type Channels = Readonly<Record<string, Send>>;

/** As record_notifications takes it. */
export type Told = {
  id: string;
  outcome: Outcome["outcome"];
  reason?: string;
  after?: number;
  counts: boolean;
  isGone: boolean;
};

export type RecordTold = (told: readonly Told[]) => Promise<void>;

export type Dispatch = {
  /** Whether this process can reach people by e-mail. */
  hasMail: boolean;
  /** Tells `record` of each row; not of those that were not begun, which come back by themselves. */
  send: (rows: readonly Notification[], record: RecordTold) => Promise<void>;
  stop: () => void;
};

/** Makes messages of rows and brings each to its target. `refresh`: reads the secrets of channels again. */
export function makeDispatch(
  channels: Channels,
  compose: Compose,
  refresh: () => Promise<void> = async () => {},
): Dispatch {
  const lanes = makeLanes();
  return {
    hasMail: channels.email !== undefined,
    send: async (rows, record) => {
      if (rows.some(({ channel }) => !PLAIN.has(channel))) await refresh();
      const tell = makeRecorder(record);
      const messages = Map.groupBy(rows, ({ message_id: id }) => id);
      await Promise.all(
        [...messages.values()].map(async ([first, ...others]) => {
          if (first === undefined) return;
          const { channel, target } = first;
          const send = channels[channel] ?? NOT_SET_UP;
          const [lane, width] = laneOf(channel, target);
          const message = compose([first, ...others]);
          const outcome = await lanes.run(lane, width, () => send(message));
          if (outcome !== null) await tell([first, ...others].map(({ id }) => toldOf(id, outcome)));
        }),
      );
    },
    stop: lanes.stop,
  };
}

/** Channels without a secret of their own. */
const PLAIN = new Set(["log", "email"]);

const NOT_SET_UP: Send = async () => ({ outcome: "later", reason: "not_set_up" });

/** All mail goes through one server; a URL is one target, and takes one message after the other. */
function laneOf(channel: string, target: string): [string, number] {
  if (channel === "log") return [channel, 1_000];
  return channel === "email" ? [channel, 4] : [`${channel} ${target}`, 1];
}

function toldOf(id: string, outcome: Outcome): Told {
  if (outcome.outcome === "accepted") return { id, outcome: "accepted", counts: true, isGone: false };
  const { reason } = outcome;
  if (outcome.outcome === "refused")
    return { id, outcome: "refused", reason, counts: true, isGone: outcome.isGone ?? false };
  const after = outcome.after === undefined ? {} : { after: outcome.after };
  return { id, outcome: "later", reason, ...after, counts: outcome.isFree !== true, isGone: false };
}

/**
 * What ends while something is written down is written together next: a thousand lines of a log are a few statements. What
 * was not written is kept: after a conflict with another transaction it is tried again, else it is written with what ends next.
 */
function makeRecorder(record: RecordTold): RecordTold {
  let pending: Told[] = [];
  let writing: Promise<void> | null = null;
  const write = async () => {
    await Promise.resolve();
    for (let tries = 1; pending.length > 0; ) {
      const told = pending;
      pending = [];
      try {
        await record(told);
        tries = 1;
      } catch (error) {
        pending = [...told, ...pending];
        if (tries === TRIES || !isConflict(error)) throw error;
        await setTimeout(PAUSE_MS * tries);
        tries += 1;
      }
    }
  };
  return (told) => {
    pending.push(...told);
    writing ??= write().finally(() => {
      writing = null;
    });
    return writing;
  };
}

/** In a row, each after a longer pause. */
const TRIES = 5;
const PAUSE_MS = 50;

/** Deadlock, serialization failure: nothing was written, and the same may succeed. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "40P01" || error.code === "40001");
}
