import { expect, test } from "vitest";
import { pipedrive } from "../../../src/capture/sources/pipedrive.ts";
import { HAS_SAMPLES, jsonEvent, sampleRequest } from "../sample.ts";

test.skipIf(!HAS_SAMPLES)("user and password are the path's own", () => {
  const { request } = sampleRequest(pipedrive, "pipedrive/webhook-v2");
  expect(pipedrive.verify?.(request, () => "pd:test")).toBe("right");
  expect(pipedrive.verify?.(request, () => "pd:tset")).toBe("wrong");
  expect(pipedrive.verify?.({ ...request, headers: {} }, () => "pd:test")).toBe("wrong");
});

test.skipIf(!HAS_SAMPLES)("a person who changed is recorded", () => {
  const { event } = sampleRequest(pipedrive, "pipedrive/webhook-v2");
  expect(pipedrive.key?.(event)).toMatch(/^person:101:2025-11-21T08:00:41\.000Z:[0-9a-f]{32}:change$/);
  expect(pipedrive.read(event).kind).toBe("ignored");
});

const change = (entity: string, action: string, data: object | null, previous: object | null = null) =>
  jsonEvent({
    data,
    previous,
    meta: { action, entity, entity_id: "101", version: "2.0", timestamp: "2025-11-21T08:00:41.000Z" },
  });

test("a new person is a lead, with the primary contacts", () => {
  const person = {
    id: 101,
    name: "Ada King Lovelace",
    emails: [{ value: "old@example.com" }, { value: "ada@example.com", primary: true }],
    phones: [{ value: "", primary: true }, { value: "+44 20 7946 0958" }],
    org_id: 9007199254740991,
  };
  expect(pipedrive.read(change("person", "create", person))).toMatchObject({
    kind: "lead",
    document: {
      external_id: "101",
      occurred_at: "2025-11-21T08:00:41.000Z",
      full_name: "Ada King Lovelace",
      email: "ada@example.com",
      phone: "+44 20 7946 0958",
      organization_id: "9007199254740991",
    },
  });
  const named = { ...person, first_name: "Ada", last_name: "Lovelace" };
  const reading = pipedrive.read(change("person", "create", named));
  expect(reading).toMatchObject({ document: { first_name: "Ada", last_name: "Lovelace" } });
  expect(reading).not.toMatchObject({ document: { full_name: expect.anything() } });
});

test("version 1 says the same in other words", () => {
  const event = jsonEvent({
    current: { id: 7, name: "Ada", email: [{ value: "ada@example.com", primary: true }] },
    meta: { action: "added", object: "person", id: 7, timestamp: 1_763_712_041 },
  });
  expect(pipedrive.key?.(event)).toMatch(/^person:7:1763712041:[0-9a-f]{32}:added$/);
  expect(pipedrive.read(event)).toMatchObject({
    document: { external_id: "7", occurred_at: "2025-11-21T08:00:41.000Z", email: "ada@example.com" },
  });
});

const keyOf = (meta: object, current: object = { status: "won" }) =>
  pipedrive.key?.(
    jsonEvent({ current, previous: {}, meta: { object: "deal", id: 7, action: "updated", ...meta } }),
  );

test("two changes of one object within a second are two, and a repetition is none", () => {
  const second = { timestamp: 1_763_712_041 };
  expect(keyOf({ ...second, timestamp_micro: 1_763_712_041_384_700 })).toBe(
    "deal:7:1763712041384700:updated",
  );
  expect(keyOf({ ...second, timestamp_micro: 1_763_712_041_384_701 })).toBe(
    "deal:7:1763712041384701:updated",
  );
  expect(keyOf({ timestamp: "2025-11-21T08:00:41.232Z" })).toBe("deal:7:2025-11-21T08:00:41.232Z:updated");
  for (const meta of [
    second,
    { timestamp: "2025-11-21T08:00:41Z" },
    { timestamp: "2025-11-21T08:00:41.000Z" },
  ]) {
    expect(keyOf(meta, { status: "lost" })).not.toBe(keyOf(meta));
    expect(keyOf({ ...meta, attempt: 2 })).toBe(keyOf({ ...meta, attempt: 1 }));
    expect(keyOf(meta, { phone: "555" })).not.toContain("555");
  }
  expect(keyOf({})).toBeUndefined();
});

test("a new person whom nothing reaches is recorded, a deleted one is to be forgotten", () => {
  expect(pipedrive.read(change("person", "create", { name: "Ada", emails: [] })).kind).toBe("ignored");
  expect(pipedrive.read(change("person", "delete", null, { id: 101 }))).toEqual({
    kind: "privacy",
    request: "erasure",
    subject: { externalId: "101" },
  });
});

test.each([
  ["call", "call", true],
  ["email", "email", true],
  ["lunch", "meeting", true],
  ["task", "note", false],
])("a %s that got done is a %s", (type, kind, isResponse) => {
  const activity = {
    type,
    done: true,
    person_id: 7,
    subject: "First talk",
    marked_as_done_time: "2025-11-21 08:00:00",
  };
  expect(pipedrive.read(change("activity", "change", activity, { done: false }))).toEqual({
    kind: "activity",
    activity: {
      subject: { externalId: "7" },
      kind,
      isResponse,
      note: "First talk",
      occurredAt: "2025-11-21T08:00:00Z",
    },
  });
});

test.each([
  ["a planned one", "create", { type: "call", done: false, person_id: 7 }, null],
  ["one that was done before", "change", { type: "call", done: true, person_id: 7 }, { done: true }],
  [
    "a correction of one that is done",
    "change",
    { type: "call", done: true, person_id: 7 },
    { subject: "x" },
  ],
  ["one with nobody", "create", { type: "call", done: true, person_id: null }, null],
  ["a deleted one", "delete", null, { done: false }],
])("%s is no deed", (_what, action, data, previous) => {
  expect(pipedrive.read(change("activity", action, data, previous)).kind).toBe("ignored");
});

test("a decided deal changes the person's status, once", () => {
  const won = { status: "won", person_id: 7, value: 1200.5, currency: "EUR" };
  expect(pipedrive.read(change("deal", "change", won, { status: "open" }))).toMatchObject({
    kind: "activity",
    activity: {
      subject: { externalId: "7" },
      kind: "status_change",
      isResponse: false,
      status: "closed_won",
      valueAmount: "1200.5",
      valueCurrency: "EUR",
    },
  });
  expect(pipedrive.read(change("deal", "change", won, { value: 1 })).kind).toBe("ignored");
  expect(pipedrive.read(change("deal", "change", { ...won, status: "open" }, { status: "lost" })).kind).toBe(
    "ignored",
  );
});

test("what is no change is recorded or refused", () => {
  expect(pipedrive.read(jsonEvent({})).kind).toBe("ignored");
  expect(pipedrive.read(jsonEvent({ meta: { action: "constructor", entity: "person" } })).kind).toBe(
    "ignored",
  );
  expect(pipedrive.read(jsonEvent(7)).kind).toBe("unreadable");
  expect(pipedrive.key?.(jsonEvent({ meta: {} }))).toBeUndefined();
});
