import type { Send } from "./channel.ts";

/** The channel that is always there: one line of the worker's log a notification. */
export function makeLogChannel(write: (fields: object, message: string) => void): Send {
  return async (notification) => {
    write(
      {
        notification: notification.kind,
        recipient: notification.recipient,
        leadId: notification.lead_id,
        traceId: notification.trace_id,
      },
      notification.text,
    );
    return "accepted";
  };
}
