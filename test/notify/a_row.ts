import type { Notification } from "../../src/notify/channel.ts";

/** As claim_notifications hands it out. */
export function aRow(over: Partial<Notification> = {}): Notification {
  rows += 1;
  const id = `0190b7a0-0000-7000-8000-${String(rows).padStart(12, "0")}`;
  return {
    id,
    message_id: id,
    is_digest: false,
    channel: "slack",
    target: "sales-de",
    address: null,
    language: "en",
    kind: "lead_assigned",
    text: "A new lead is yours.",
    details: null,
    recipient: null,
    lead_id: "0190b7a0-0000-7000-8000-00000000000a",
    trace_id: null,
    attempt: 1,
    ...over,
  };
}
let rows = 0;
