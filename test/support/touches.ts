import type { ClientBase } from "pg";
import { type Arrival, receive } from "./arrivals.ts";
import { reported, settle } from "./settle.ts";

export type Touch = { at: string } & Arrival["attributes"];

/** One person's touches through the stages, in this order; answers the lead. */
export async function touched(
  db: ClientBase,
  email: string,
  touches: readonly Touch[],
  arrival: Omit<Arrival, "attributes"> = {},
): Promise<string> {
  const arrivals = touches.map(({ at, ...told }) => ({
    ...arrival,
    attributes: { email, country: "DE", occurred_at: at, ...told },
  }));
  const [first] = await receive(db, arrivals);
  if (first?.leadId == null) throw new Error(`It made no lead: ${first?.outcome}`);
  return first.leadId;
}

/** Another system tells that the deal with this person was won then, and what it is worth. */
export async function won(db: ClientBase, email: string, at: string, amount?: string): Promise<void> {
  const value = amount === undefined ? {} : { valueAmount: amount, valueCurrency: "EUR" };
  const told = { kind: "status_change", isResponse: false, status: "closed_won", occurredAt: at } as const;
  await settle(db, [{ settle: reported(email, { ...told, ...value }) }]);
}
