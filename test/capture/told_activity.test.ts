import { expect, test } from "vitest";
import { cloudevents } from "../../src/capture/sources/cloudevents.ts";
import { standardWebhooks } from "../../src/capture/sources/standard_webhooks.ts";
import { readActivity } from "../../src/capture/told_activity.ts";
import { anEvent } from "./sources/a_request.ts";

test("a type that ends in an activity finds its lead by what the data says", () => {
  expect(
    readActivity("com.acme.activity.email", {
      email: "ana@example.de",
      is_response: true,
      note: "Sent the offer",
      occurred_at: "2026-11-21T08:00:00Z",
      status: "contacted",
      value_amount: 1200.5,
      value_currency: "EUR",
    }),
  ).toEqual({
    kind: "activity",
    activity: {
      subject: { email: "ana@example.de" },
      kind: "email",
      isResponse: true,
      note: "Sent the offer",
      occurredAt: "2026-11-21T08:00:00Z",
      status: "contacted",
      valueAmount: "1200.5",
      valueCurrency: "EUR",
    },
  });
  expect(readActivity("activity.call", { external_id: 7 })).toEqual({
    kind: "activity",
    activity: { subject: { externalId: "7" }, kind: "call", isResponse: false },
  });
});

test("an answer of ours is told as programs write it; what is neither yes nor no is not taken for no", () => {
  const read = (is_response: unknown) => readActivity("activity.call", { email: "a@b.de", is_response });
  for (const told of [true, "true", 1, "1"])
    expect(read(told)).toMatchObject({ activity: { isResponse: true } });
  for (const told of [false, "false", 0, null, undefined])
    expect(read(told)).toMatchObject({ activity: { isResponse: false } });
  for (const told of ["maybe", {}, [true]])
    expect(read(told)).toMatchObject({
      kind: "unreadable",
      violations: [{ kind: "type", path: "/is_response" }],
    });
});

test("an activity of nobody is quarantined; another type tells of none", () => {
  expect(readActivity("activity.call", { note: "whose?" })).toMatchObject({
    kind: "unreadable",
    violations: [{ kind: "missing", path: "/email" }],
  });
  for (const type of [
    undefined,
    "",
    "lead.created",
    "activity.",
    "activity.constructor",
    "reactivity.call",
  ]) {
    expect(readActivity(type, { email: "a@b.de" }), type).toBeUndefined();
  }
});

test("Standard Webhooks and CloudEvents tell of them alike", () => {
  const data = { phone: "+49 30 901820" };
  const activity = { kind: "activity", activity: { subject: data, kind: "call", isResponse: false } };
  expect(standardWebhooks.read(anEvent(JSON.stringify({ type: "activity.call", data })))).toEqual(activity);
  const event = { specversion: "1.0", id: "1", source: "/pbx", type: "com.acme.activity.call", data };
  expect(cloudevents.read(anEvent(JSON.stringify(event), "application/cloudevents+json"))).toEqual(activity);
});
