import type { Task } from "graphile-worker";
import type { Notification, Send } from "../notify/channel.ts";

/**
 * Sends what waits in the outbox, through the channel that each row names, and marks what was accepted. Does
 * nothing when the outbox is empty. A row that is not accepted comes back by itself, later each time.
 */
export function makeNotify(channels: Record<string, Send>): Task {
  return async (_payload, { query }) => {
    for (;;) {
      const { rows } = await query<Notification>("select * from app_private.claim_notifications(now(), $1)", [
        PASS,
      ]);
      const accepted = await Promise.all(rows.map((row) => attempt(channels, row)));
      const ids = accepted.filter((id) => id !== null);
      if (ids.length > 0) await query("select app_private.mark_notified($1, now())", [ids]);
      if (rows.length < PASS) return; // what was written meanwhile has asked for a job of its own
    }
  };
}

const PASS = 200;

async function attempt(channels: Record<string, Send>, notification: Notification): Promise<string | null> {
  const send = channels[notification.channel];
  if (send === undefined) return null;
  return (await send(notification)) === "accepted" ? notification.id : null;
}
