import { sourceOf } from "../capture/sources/registry.ts";
import type { Event, Reading, ReportedActivity, Source, Subject } from "../capture/sources/source.ts";
import { type CompiledContract, checkDocument } from "../contracts/check.ts";
import type { Contract } from "../contracts/contract.ts";
import { mapFields } from "../contracts/mapping.ts";
import { type Violation, violation } from "../contracts/violation.ts";
import { type Attributes, type Identity, normalizeAttributes } from "../normalize/attributes.ts";
import { readConsents } from "../normalize/consents.ts";
import { correct } from "./correct.ts";
import { identify } from "./identify.ts";
import { reportOf, tidingsOf } from "./report.ts";
import { spamOf } from "./spam.ts";

/** A pending capture as claim_captures answers it. */
export type ClaimedCapture = {
  id: string;
  path_slug: string;
  protocol: string;
  contract_id: number;
  content_type: string | null;
  headers: Record<string, string> | null;
  body: Buffer;
  /** The capture of the whole request that this event came in. */
  part_of: string | null;
  /** What the vendor told about a thin event. */
  fetched: unknown;
  /** JSON pointer to value: what a person put right. */
  corrections: Record<string, unknown> | null;
  /** When a person sent it through again, out of quarantine. */
  released_at: Date | null;
  received_at: Date;
  default_country: string | null;
  time_zone: string;
};

export type Judgement = Accepted | Refused | Settled;
export type Accepted = { id: string; attributes: Attributes; isTest?: boolean };
export type Refused = { id: string; kind: string; violations: Violation[]; isTest?: boolean };
/** What is no lead and needs no contract (app_private.settle_captures). */
export type Settled = { id: string; settle: Settlement };
export type Settlement =
  | { as: "split" }
  | { as: "ignored"; reason: string }
  | { as: "thin" }
  | { as: "order" }
  | { as: "activity"; activity: Omit<ReportedActivity, "subject">; identities: Identity[] }
  /** Without identities nothing can be looked up: people must. */
  | { as: "privacy"; request: "erasure" | "access"; identities: Identity[] };

export type PublishedContract = { contract: Contract; compiled: CompiledContract };

/** Stages 3 and 4 for one capture: what its source and its contract say of its bytes, and its fields in one shape. Pure. */
export function judge(capture: ClaimedCapture, published: PublishedContract): Judgement {
  const reading = tell(capture);
  return reading.kind === "split"
    ? settle(capture, { as: "split" })
    : judgeReading(capture, published, reading);
}

/** A source that stumbles over a body must not hold up the captures behind it. */
export function tell(capture: ClaimedCapture): Reading | { kind: "split" } {
  try {
    const source = sourceOf(capture.protocol);
    const events = eventsOf(capture, source);
    const [event] = events;
    if (event === undefined) return { kind: "ignored", reason: "The request tells of nothing." };
    return events.length > 1 ? { kind: "split" } : readingOf(capture, source, event);
  } catch {
    const message = "the body cannot be read as its protocol demands";
    return { kind: "unreadable", violations: [violation("unreadable", "", message)] };
  }
}

/** A part is one event by itself; a whole request may hold several, which were stored apart from it. */
function eventsOf(capture: ClaimedCapture, source: Source): Event[] {
  const event = { body: capture.body, contentType: capture.content_type, headers: capture.headers ?? {} };
  return (capture.part_of === null ? source.split?.(event) : undefined) ?? [event];
}

function readingOf(capture: ClaimedCapture, source: Source, event: Event): Reading {
  return capture.fetched !== null && source.readFetched !== undefined
    ? source.readFetched(event, capture.fetched)
    : source.read(event);
}

function judgeReading(capture: ClaimedCapture, published: PublishedContract, reading: Reading): Judgement {
  switch (reading.kind) {
    case "lead": {
      const judgement = judgeDocument(capture, published, reading.document);
      if (reading.isTest !== true) return judgement;
      return "settle" in judgement
        ? settle(capture, { as: "ignored", reason: "A test on a path that makes no leads." })
        : { ...judgement, isTest: true };
    }
    case "unreadable":
      // Bytes that nobody can read have one remedy: another document in their place.
      return capture.corrections !== null && "" in capture.corrections
        ? judgeDocument(capture, published, null)
        : refuse(capture, reading.violations);
    case "activity":
      return judgeActivity(capture, published, reading.activity);
    case "privacy":
      return judgePrivacy(capture, published, reading);
    case "ignored":
      return settle(capture, { as: "ignored", reason: reading.reason });
    case "order":
    case "thin":
      return settle(capture, { as: reading.kind });
  }
}

function judgeDocument(
  capture: ClaimedCapture,
  { contract, compiled }: PublishedContract,
  sent: unknown,
): Judgement {
  const document = capture.corrections === null ? sent : correct(sent, capture.corrections);
  const suspicion = suspect(capture, { contract, compiled }, document);
  if (suspicion !== undefined) return suspicion;
  const checked = checkDocument(compiled, document);
  if (!checked.ok) return refuse(capture, checked.violations);
  const context = {
    defaultCountry: capture.default_country,
    timeZone: contract.time_zone ?? capture.time_zone,
    receivedAt: capture.received_at,
    reach: contract.reach,
    externalIdSource: contract.tells?.external_ids_of ?? capture.path_slug,
  };
  const normalized = normalizeAttributes(checked.fields, context);
  if (!normalized.ok) return refuse(capture, normalized.violations);
  if (contract.tells !== undefined)
    return settle(capture, tidingsOf(contract.tells.status, normalized.attributes));
  if (contract.consents === undefined) return { id: capture.id, attributes: normalized.attributes };
  const read = readConsents(contract.consents, document, context);
  if (!read.ok) return refuse(capture, read.violations);
  const consents = read.consents.length === 0 ? {} : { consents: read.consents };
  return { id: capture.id, attributes: { ...normalized.attributes, ...consents } };
}

/** Before the contract, so that whatever people send through again was looked at once; they know better then. */
function suspect(
  capture: ClaimedCapture,
  { contract, compiled }: PublishedContract,
  document: unknown,
): Refused | undefined {
  const guard = contract.spam_guard;
  if (guard === undefined || capture.released_at !== null) return undefined;
  const mapped = mapFields(compiled.mapping, document);
  const { score, signs } = spamOf(guard, document, mapped.ok ? (mapped.fields.email ?? "") : "");
  return score < guard.threshold ? undefined : { id: capture.id, kind: "suspected_spam", violations: signs };
}

function judgeActivity(
  capture: ClaimedCapture,
  { contract }: PublishedContract,
  { subject, ...activity }: ReportedActivity,
): Refused | Settled {
  const identified = identify(capture, contract, subject, activity);
  if (!identified.ok)
    return { id: capture.id, kind: "activity_without_lead", violations: identified.violations };
  return settle(capture, reportOf(activity, identified.attributes));
}

function judgePrivacy(
  capture: ClaimedCapture,
  { contract }: PublishedContract,
  { request, subject }: { request: "erasure" | "access"; subject: Subject },
): Settled {
  const identified = identify(capture, contract, subject);
  return settle(capture, {
    as: "privacy",
    request,
    identities: identified.ok ? identified.attributes.identities : [],
  });
}

function refuse(capture: ClaimedCapture, violations: Violation[]): Refused {
  return { id: capture.id, kind: "contract_violation", violations };
}

function settle(capture: ClaimedCapture, settlement: Settlement): Settled {
  return { id: capture.id, settle: settlement };
}
