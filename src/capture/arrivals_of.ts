import type { IncomingHttpHeaders } from "node:http";
import type { Arrival } from "./arrival.ts";
import type { Door } from "./doors.ts";
import { eventKey, partKey, wholeKey } from "./idempotency.ts";
import { type Event, MOST_EVENTS, type Source } from "./sources/source.ts";
import { newTraceId, traceIdOf } from "./trace.ts";

/** What all arrivals of one request share. */
export type Letter = {
  door: Door;
  source: Source;
  event: Event;
  /** The Idempotency-Key of a client. */
  clientKey: string | null;
  traceId: string;
  isTest: boolean;
};

/** How a request is kept: as the one event that it is, or whole and event by event. */
export type Sorted =
  | { kind: "one"; arrival: Arrival; isVendorsKey: boolean }
  | { kind: "several"; whole: Arrival; partsOf: (wholeId: string) => Arrival[]; events: number }
  | { kind: "too many" };

/**
 * Takes a request apart. One that cannot be taken apart, or holds one event only, is kept as it came. A source that
 * stumbles over a body must not cost a lead: `onFailure` is told, and the body is judged later.
 */
export function sort(letter: Letter, onFailure: (error: unknown) => void): Sorted {
  const { source, event, clientKey, traceId } = letter;
  const keyOf = (one: Event) => {
    const key = trying(() => source.key?.(one), onFailure);
    return key === undefined ? null : eventKey(key);
  };
  const events = trying(() => source.split?.(event), onFailure) ?? [event];
  if (events.length > MOST_EVENTS) return { kind: "too many" };
  const [only] = events;
  if (only !== undefined && events.length === 1) {
    const key = keyOf(only);
    const trace = only.traceparent === undefined ? traceId : traceIdOf(only.traceparent);
    return {
      kind: "one",
      arrival: arrivalOf(letter, event, key ?? clientKey, trace),
      isVendorsKey: key !== null,
    };
  }
  const whole = arrivalOf(letter, event, clientKey ?? wholeKey(event.body), traceId);
  const partsOf = (wholeId: string) =>
    events.map((part, position) => {
      const trace = part.traceparent === undefined ? newTraceId() : traceIdOf(part.traceparent);
      const arrival = arrivalOf(letter, part, keyOf(part) ?? partKey(wholeId, position), trace);
      return { ...arrival, partOf: wholeId };
    });
  return { kind: "several", whole, partsOf, events: events.length };
}

function trying<Result>(work: () => Result, onFailure: (error: unknown) => void): Result | undefined {
  try {
    return work();
  } catch (error) {
    onFailure(error);
    return undefined;
  }
}

/** The headers that mean something to a protocol; undefined where it names none. */
export function keptHeaders(
  headers: IncomingHttpHeaders,
  { keeps }: Source,
): Record<string, string> | undefined {
  if (keeps === undefined) return undefined;
  const kept = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || !keeps.some((wanted) => isMeant(wanted, name))) continue;
    kept.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return Object.fromEntries(kept);
}

function arrivalOf(
  { door, source, isTest }: Letter,
  event: Event,
  idempotencyKey: string | null,
  traceId: string,
): Arrival {
  const { body, contentType, headers } = event;
  const arrival = { pathId: door.pathId, idempotencyKey, body, contentType, traceId, isTest };
  return source.keeps === undefined ? arrival : { ...arrival, headers };
}

function isMeant(wanted: string, name: string): boolean {
  return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}
