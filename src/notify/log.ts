import type { Send } from "./channel.ts";

/** The channel that is always there: one line of the worker's log a notification. */
export function makeLogChannel(write: (fields: object, message: string) => void): Send {
  return async ({ items, recipient }) => {
    for (const { kind, title, leadId, traceId } of items)
      write({ notification: kind, recipient, leadId, traceId }, title);
    return { outcome: "accepted" };
  };
}
