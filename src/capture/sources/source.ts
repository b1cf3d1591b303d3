import type { IncomingHttpHeaders } from "node:http";
import type { Violation } from "../../contracts/violation.ts";
import type { Problem } from "../problem.ts";

/** A request as it came: `sent` is what a signature covers, `body` the same after decompression. */
export type Request = {
  method: string;
  /** With the query, as in the request line. */
  target: string;
  headers: IncomingHttpHeaders;
  sent: Buffer;
  body: Buffer;
  /** The address that the sender was told, for signatures that cover it. */
  publicUrl: string;
  /** Milliseconds since 1970, by the clock of this process: signed windows are compared with it. */
  now: number;
};

/**
 * What a path knows that nobody else may: CATCHMENT_SECRET_<SLUG> without a name, CATCHMENT_SECRET_<SLUG>_<NAME> with
 * one (`verify-token`, `access-token`). Undefined when it is not set.
 */
export type Secrets = (name?: string) => string | undefined;

/** `stale`: the signature is right, its time is outside the window. */
export type Verdict = "right" | "wrong" | "stale" | "no secret";

export type Reply = { status: number; headers?: Record<string, string>; body: string };

/** One thing that a sender tells. A request holds one or several of them. */
export type Event = {
  body: Buffer;
  contentType: string | null;
  /** Only those that `Source.keeps` names. */
  headers: Readonly<Record<string, string>>;
  /** W3C, where the event itself names a trace. Counts only when the event is split off. */
  traceparent?: string;
};

/** The most events of one request; `split` need not look for more. */
export const MOST_EVENTS = 5_000;

/** What an event turns out to be. A document goes on to the contract of its path. */
export type Reading =
  | { kind: "lead"; document: unknown; isTest?: boolean }
  | { kind: "activity"; activity: ReportedActivity }
  /** Kept until orders are built. */
  | { kind: "order" }
  | { kind: "privacy"; request: "erasure" | "access"; subject: Subject }
  /** The vendor told only an id: `Source.fetch` asks for the rest. */
  | { kind: "thin" }
  | { kind: "ignored"; reason: string }
  | { kind: "unreadable"; violations: Violation[] };

/** Whom a vendor means; at least one of them. External ids are those of the same path. */
export type Subject = { email?: string; phone?: string; externalId?: string };

/** What happened to a lead elsewhere: in a CRM, a mailbox, a calendar. */
export type ReportedActivity = {
  subject: Subject;
  kind: "call" | "email" | "meeting" | "message" | "note" | "status_change";
  /** Whether our side answered the person, which stops the clock. */
  isResponse: boolean;
  note?: string;
  /** ISO 8601; when it is absent, the arrival's instant counts. */
  occurredAt?: string;
  /** The lead's new status, when the sender's word for it is one of ours. */
  status?: string;
  /** What the deal is worth, and in which currency (ISO 4217); one without the other says nothing. */
  valueAmount?: string;
  valueCurrency?: string;
};

/** How one kind of sender speaks. Everything but `fetch` is pure; nothing here knows the database. */
export type Source = {
  /** In constant time. Not given: the path's own `requires_signature` decides. */
  verify?: (request: Request, secrets: Secrets) => Verdict;
  /**
   * Answers a request that only proves the address, before its signature is looked at and before anything is stored;
   * undefined for all others. With it the path takes GET too.
   */
  handshake?: (request: Request, secrets: Secrets) => Reply | undefined;
  /** What the sender's own rules forbid, and the answer that they prescribe. Nothing is stored then. */
  refuses?: (event: Event) => Problem | undefined;
  /** Lower-case names of the headers that are kept, `ce-*` for all that begin so. Never one that authenticates. */
  keeps?: readonly string[];
  /** The events of a request. Undefined: it cannot be taken apart, and is kept whole for the contract to judge. */
  split?: (event: Event) => Event[] | undefined;
  /** By what a repetition of the event is known; at most 255 characters. Undefined: every arrival is new. */
  key?: (event: Event) => string | undefined;
  read: (event: Event) => Reading;
  /** Asks the vendor about a thin event. */
  fetch?: (event: Event, vendor: Vendor) => Promise<Fetched>;
  /** What the event and the vendor's answer to it tell together. */
  readFetched?: (event: Event, answer: unknown) => Reading;
  /** The answer that this sender expects once all is stored; else 200 with the receipt. */
  reply?: (request: Request, secrets: Secrets) => Reply;
  /** All that the vendor has of these forms since then, as the events that it would have told of. Throws VendorRefusal. */
  list?: (vendor: Vendor, forms: readonly string[], since: Date) => AsyncGenerator<Event>;
  /** What `list` is to be asked about, as an earlier event names it. */
  formOf?: (event: Event) => string | undefined;
  /** What a row of the vendor's own export tells of; undefined when it names no lead. For those that list nothing. */
  fromExport?: (row: Readonly<Record<string, string>>) => Exported | undefined;
};

/** `isBare`: the row names a lead and tells nothing of it, so it can be missed but not captured. */
export type Exported = { event: Event; isBare: boolean };

export type Vendor = {
  /** CATCHMENT_VENDOR_URL_<SLUG>, else the vendor's own; without a slash at the end. */
  baseUrl: string | undefined;
  secrets: Secrets;
  fetch: typeof fetch;
  /** Ends one question when it takes too long, or when this process stops. */
  signal: () => AbortSignal;
};

/** `later`: ask again, not before so many seconds when the vendor said so. `never`: it will not tell. */
export type Fetched =
  | { outcome: "fetched"; answer: unknown }
  | { outcome: "later"; reason: string; afterSeconds?: number }
  | { outcome: "never"; reason: string };
