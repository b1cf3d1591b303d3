import { makeReach } from "../../src/notify/addresses.ts";
import type { Message } from "../../src/notify/channel.ts";
import { makePost } from "../../src/notify/post.ts";

/** Posts to this host alone. */
export const post = makePost({ reach: makeReach(["127.0.0.0/8"]), timeoutMs: 300 });

export function aMessage(over: Partial<Message> = {}): Message {
  return {
    id: "0190b7a0-0000-7000-8000-000000000001",
    target: "sales-de",
    address: "dora@acme.example",
    recipient: null,
    title: "A new lead is yours.",
    items: [anItem()],
    open: "Open the lead",
    ...over,
  };
}

export function anItem(over: Partial<Message["items"][number]> = {}): Message["items"][number] {
  return {
    kind: "lead_assigned",
    title: "A new lead is yours.",
    lines: ["Assigned to: dora"],
    link: "https://leads.example/?lead=1",
    leadId: "0190b7a0-0000-7000-8000-00000000000a",
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    ...over,
  };
}
