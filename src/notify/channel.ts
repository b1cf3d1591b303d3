/** One row of the outbox as the database hands it out. Without personal data: the recipient looks the lead up. */
export type Notification = {
  id: string;
  /** Of the message it goes in, the same at every attempt. Rows of a digest share it. */
  message_id: string;
  is_digest: boolean;
  channel: string;
  /** Slug of the channel, or of the person. */
  target: string;
  /** Of e-mail alone. */
  address: string | null;
  language: string;
  kind: string;
  text: string;
  details: Record<string, unknown> | null;
  /** Slug of the person; null: a channel of many. */
  recipient: string | null;
  lead_id: string | null;
  trace_id: string | null;
  /** 1 for the first. */
  attempt: number;
};

/** What a message says of one event. */
export type Item = {
  kind: string;
  title: string;
  lines: string[];
  link: string | null;
  leadId: string | null;
  traceId: string | null;
};

/** In the language of its reader. Several items are a digest. */
export type Message = {
  /** The same at every attempt: a receiver knows a repetition by it. */
  id: string;
  target: string;
  address: string | null;
  recipient: string | null;
  title: string;
  items: Item[];
  /** What the link is called. */
  open: string;
};

/** Why not, in a word that the database keeps and people read. Never a word of the other side: it may hold a secret. */
export type Reason =
  | "abandoned"
  | "blocked_address"
  | "gone"
  | "invalid"
  | "login_refused"
  | "mailbox_busy"
  | "mailbox_refused"
  | "not_set_up"
  | "rate_limited"
  | "redirected"
  | "refused"
  | "resting"
  | "server_error"
  | "timed_out"
  | "too_large"
  | "unreachable";

export type Outcome =
  | { outcome: "accepted" }
  /** `after`: seconds. `rests`: others to the same target need not be tried before. `isFree`: does not count as an attempt. */
  | { outcome: "later"; reason: Reason; after?: number; rests?: true; isFree?: true }
  /** `isGone`: the channel is no more, for any message. */
  | { outcome: "refused"; reason: Reason; isGone?: true };

/** One attempt. A channel does not throw. */
export type Send = (message: Message) => Promise<Outcome>;

/** A secret of a channel: its URL under its slug, others under `<slug>-<name>`. */
export type FindSecret = (name: string) => string | undefined;
