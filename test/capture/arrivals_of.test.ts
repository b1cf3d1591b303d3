import { expect, test } from "vitest";
import { keptHeaders, type Letter, sort } from "../../src/capture/arrivals_of.ts";
import type { Event, Source } from "../../src/capture/sources/source.ts";
import { aDoor } from "./a_door.ts";
import { anEvent } from "./sources/a_request.ts";

const REQUEST_TRACE = "a".repeat(32);
const EVENT_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const WHOLE_ID = "018f5a3e-1111-7000-8000-000000000001";

/** Every letter of the body is an event; capitals have keys, T names a trace. */
const letters: Source = {
  split: (event) =>
    [...event.body.toString()].map((letter) => withTrace({ ...event, body: Buffer.from(letter) })),
  key: ({ body }) => (/[A-Z]/.test(body.toString()) ? body.toString() : undefined),
  read: () => ({ kind: "ignored", reason: "test" }),
};

function withTrace(event: Event): Event {
  return event.body.toString() === "T"
    ? { ...event, traceparent: `00-${EVENT_TRACE}-00f067aa0ba902b7-01` }
    : event;
}

function letterOf(body: string, more: Partial<Letter> = {}): Letter {
  const event = anEvent(body);
  return {
    door: aDoor(),
    source: letters,
    event,
    clientKey: null,
    traceId: REQUEST_TRACE,
    isTest: false,
    ...more,
  };
}

function never(error: unknown): void {
  throw error;
}

test("one event is kept as its request came, under its own key before the client's", () => {
  expect(sort(letterOf("A", { clientKey: "mine" }), never)).toMatchObject({
    kind: "one",
    isVendorsKey: true,
    arrival: { idempotencyKey: "event:A", body: Buffer.from("A"), traceId: REQUEST_TRACE },
  });
  expect(sort(letterOf("a", { clientKey: "mine" }), never)).toMatchObject({
    isVendorsKey: false,
    arrival: { idempotencyKey: "mine" },
  });
  expect(sort(letterOf("a"), never)).toMatchObject({ arrival: { idempotencyKey: null } });
  expect(sort(letterOf("T"), never)).toMatchObject({ arrival: { traceId: EVENT_TRACE } });
});

test("several are kept whole and one by one, each known again, each with its own trace", () => {
  const sorted = sort(letterOf("AbT", { isTest: true }), never);
  if (sorted.kind !== "several") throw new Error(sorted.kind);
  expect(sorted).toMatchObject({
    events: 3,
    whole: { body: Buffer.from("AbT"), traceId: REQUEST_TRACE, isTest: true },
  });
  expect(sorted.whole.idempotencyKey).toMatch(/^whole:[0-9a-f]{64}$/);
  const parts = sorted.partsOf(WHOLE_ID);
  expect(parts.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
    "event:A",
    `part:${WHOLE_ID}:1`,
    "event:T",
  ]);
  expect(parts.every(({ partOf, isTest }) => partOf === WHOLE_ID && isTest)).toBe(true);
  expect(parts[2]?.traceId).toBe(EVENT_TRACE);
  expect(new Set([REQUEST_TRACE, ...parts.map(({ traceId }) => traceId)]).size).toBe(4);
  const keyed = sort(letterOf("ab", { clientKey: "mine" }), never);
  expect(keyed).toMatchObject({ kind: "several", whole: { idempotencyKey: "mine" } });
});

test("a request of nothing is kept whole; one of too many is not taken apart", () => {
  const none = sort(letterOf(""), never);
  expect(none).toMatchObject({ kind: "several", events: 0, whole: { body: Buffer.from("") } });
  expect(none.kind === "several" && none.partsOf(WHOLE_ID)).toEqual([]);
  expect(sort(letterOf("x".repeat(5_000)), never).kind).toBe("several");
  expect(sort(letterOf("x".repeat(5_001)), never)).toEqual({ kind: "too many" });
});

test("a source that fails loses nothing: the request is kept as it came, and the failure is told", () => {
  const told: unknown[] = [];
  const fail = () => {
    throw new Error("stumbled");
  };
  const kept = sort(
    letterOf("AB", { source: { ...letters, split: fail, key: fail }, clientKey: "mine" }),
    (error) => told.push(error),
  );
  expect(kept).toMatchObject({ kind: "one", arrival: { body: Buffer.from("AB"), idempotencyKey: "mine" } });
  expect(told).toHaveLength(2);
});

test("only the headers that a protocol names are kept", () => {
  const headers = { authorization: "Basic x", "ce-id": "1", "ce-type": "t", "x-topic": "orders", other: "x" };
  const source = { ...letters, keeps: ["ce-*", "x-topic", "absent"] };
  expect(keptHeaders(headers, source)).toEqual({ "ce-id": "1", "ce-type": "t", "x-topic": "orders" });
  expect(keptHeaders(headers, letters)).toBeUndefined();
});
