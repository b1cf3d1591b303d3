/** One row of the outbox as a channel gets it. Without personal data: the recipient looks the lead up. */
export type Notification = {
  id: string;
  channel: string;
  kind: string;
  text: string;
  /** Slug of the actor. */
  recipient: string;
  lead_id: string | null;
  trace_id: string | null;
  /** 1 for the first. */
  attempt: number;
};

/** `later`: not accepted, to be tried again. A channel does not throw. */
export type Send = (notification: Notification) => Promise<"accepted" | "later">;
