import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { hubspot } from "../../../src/capture/sources/hubspot.ts";
import { at } from "../../../src/capture/told.ts";
import { fakeVendor, type Told, vendorAt } from "../fake_vendor.ts";
import { asKept, HAS_SAMPLES, jsonEvent, sampleAnswers, sampleRequest, tampered } from "../sample.ts";

const NAME = "hubspot/contact-webhook";
const creation = {
  portalId: 1,
  subscriptionId: 2,
  objectId: 65059681032,
  occurredAt: 1_763_712_044_741,
  subscriptionType: "contact.creation",
};
const created = jsonEvent(creation);

test.skipIf(!HAS_SAMPLES)("the third signature covers method, public address, body and time", () => {
  const { request, secrets } = sampleRequest(hubspot, NAME);
  const verify = (change: object) => hubspot.verify?.({ ...request, ...change }, secrets);
  expect(verify({})).toBe("right");
  expect(verify({ publicUrl: "https://leads.example.com/hooks/other" })).toBe("wrong");
  expect(verify({ method: "PUT" })).toBe("wrong");
  expect(hubspot.verify?.(tampered(request), secrets)).toBe("wrong");
  expect(verify({ now: 1_763_712_345_123 })).toBe("right");
  expect(verify({ now: 1_763_712_345_124 })).toBe("stale");
});

test.skipIf(!HAS_SAMPLES)("the first one counts only where there is no third", () => {
  const { request, secrets } = sampleRequest(hubspot, NAME);
  const { "x-hubspot-signature-v3": _third, ...headers } = request.headers;
  expect(hubspot.verify?.({ ...request, headers }, secrets)).toBe("right");
  expect(
    hubspot.verify?.({ ...request, headers: { ...request.headers, "x-hubspot-signature-v3": "x" } }, secrets),
  ).toBe("wrong");
  const first = createHash("sha256").update("hubspot-test-client-secret").update("[]").digest("hex");
  const other = { ...request, headers: { "x-hubspot-signature": first }, sent: Buffer.from("[]") };
  expect(hubspot.verify?.(other, secrets)).toBe("right");
});

test("HubSpot undoes some escapes of the address, and signs the query too", () => {
  const sent = Buffer.from("[]");
  const text = `POSThttps://leads.example.com/hooks?to=a:b/c@d&x=%20[]1763712045000`;
  const headers = {
    "x-hubspot-signature-v3": createHmac("sha256", "s").update(text).digest("base64"),
    "x-hubspot-request-timestamp": "1763712045000",
  };
  const request = {
    method: "POST",
    target: "/hooks?to=a%3Ab%2fc%40d&x=%20",
    headers,
    sent,
    body: sent,
    publicUrl: "https://leads.example.com/hooks",
    now: 1_763_712_045_000,
  };
  expect(hubspot.verify?.(request, () => "s")).toBe("right");
});

test.skipIf(!HAS_SAMPLES)("a batch falls into its changes", () => {
  const { event } = sampleRequest(hubspot, NAME);
  const parts = hubspot.split?.(event) ?? [];
  expect(parts.map((part) => hubspot.key?.(part))).toEqual([
    "12345678:234567:65059681032:1763712044741:",
    "12345678:234568:65059681032:1763712044801:email",
  ]);
  expect(parts.map((part) => hubspot.read(part))).toEqual([
    { kind: "thin" },
    { kind: "ignored", reason: expect.any(String) },
  ]);
});

test("a batch of anything falls apart, and what is no change is refused alone", () => {
  const parts = hubspot.split?.(jsonEvent([creation, "text", null])) ?? [];
  expect(parts.map((part) => hubspot.read(part).kind)).toEqual(["thin", "unreadable", "unreadable"]);
  expect(hubspot.split?.(jsonEvent({}))).toBeUndefined();
});

test.each([
  ["lifecyclestage", "customer", "closed_won"],
  ["lifecyclestage", "lead", undefined],
  ["hs_lead_status", "CONNECTED", "contacted"],
  ["hs_lead_status", "toString", undefined],
])("%s %s is a change of status, and answers nobody", (propertyName, propertyValue, status) => {
  const change = { ...creation, subscriptionType: "contact.propertyChange", propertyName, propertyValue };
  expect(hubspot.read(jsonEvent(change))).toEqual({
    kind: "activity",
    activity: {
      subject: { externalId: "65059681032" },
      kind: "status_change",
      isResponse: false,
      note: `${propertyName}: ${propertyValue}`,
      occurredAt: "2025-11-21T08:00:44.741Z",
      ...(status === undefined ? {} : { status }),
    },
  });
});

test.each([
  ["contact.deletion", "privacy"],
  ["contact.privacyDeletion", "privacy"],
  ["contact.merge", "ignored"],
  ["deal.creation", "ignored"],
  [undefined, "ignored"],
])("%s is %s", (subscriptionType, kind) => {
  expect(hubspot.read(jsonEvent({ ...creation, subscriptionType })).kind).toBe(kind);
});

test("a deletion means the contact", () => {
  expect(hubspot.read(jsonEvent({ ...creation, subscriptionType: "contact.privacyDeletion" }))).toEqual({
    kind: "privacy",
    request: "erasure",
    subject: { externalId: "65059681032" },
  });
  expect(hubspot.read(jsonEvent({ subscriptionType: "contact.privacyDeletion" })).kind).toBe("ignored");
});

test("a new contact is asked for, and its properties become a document", async () => {
  const properties = {
    email: "ada@example.com",
    firstname: "Ada",
    lastname: "Lovelace",
    phone: null,
    numemployees: "42",
    lifecyclestage: "lead",
  };
  const vendor = await fakeVendor({
    body: { id: "65059681032", properties, createdAt: "2025-11-21T08:00:45.123Z" },
  });
  const fetched = await hubspot.fetch?.(created, vendorAt(vendor));
  expect(vendor.asked[0]?.url).toMatch(
    /^\/crm\/v3\/objects\/contacts\/65059681032\?properties=firstname,lastname,email/,
  );
  expect(hubspot.readFetched?.(created, asKept(at(fetched, "answer")))).toEqual({
    kind: "lead",
    document: {
      external_id: "65059681032",
      occurred_at: "2025-11-21T08:00:45.123Z",
      portal_id: "1",
      email: "ada@example.com",
      first_name: "Ada",
      last_name: "Lovelace",
      employees: "42",
      segment: "lead",
      answers: {
        email: "ada@example.com",
        firstname: "Ada",
        lastname: "Lovelace",
        numemployees: "42",
        lifecyclestage: "lead",
      },
    },
  });
});

test.each<[string, Told, object]>([
  ["a deleted contact", { status: 404 }, { outcome: "never", reason: expect.any(String) }],
  [
    "an outage",
    { status: 502, body: "<html>" },
    { outcome: "later", reason: expect.stringContaining("502") },
  ],
  ["silence", "hangs", { outcome: "later", reason: expect.stringContaining("in time") }],
])("%s", async (_what, told, outcome) => {
  expect(await hubspot.fetch?.(created, vendorAt(await fakeVendor(told)))).toEqual(outcome);
});

test.skipIf(!HAS_SAMPLES)("limits and a refused token, as HubSpot words them", async () => {
  const samples = sampleAnswers("hubspot/crm-create-contact.exchange");
  const outcomes = [];
  for (const name of ["rateLimitedBurst", "rateLimitedDaily", "unauthorised"]) {
    const isBurst = name === "rateLimitedBurst";
    const headers: Record<string, string> = isBurst ? { "retry-after": "7" } : {};
    const told = { status: Number(at(samples, name, "status")), body: at(samples, name, "body"), headers };
    outcomes.push(await hubspot.fetch?.(created, vendorAt(await fakeVendor(told))));
  }
  expect(outcomes).toMatchObject([
    { outcome: "later", afterSeconds: 7 },
    { outcome: "later", afterSeconds: 3_600 },
    { outcome: "later", reason: expect.stringContaining("401") },
  ]);
  const bare = { status: 429, body: at(samples, "rateLimitedBurst", "body") };
  expect(await hubspot.fetch?.(created, vendorAt(await fakeVendor(bare)))).toMatchObject({
    afterSeconds: 10,
  });
});

test("it hears 204", () => {
  const request = {
    method: "POST",
    target: "/",
    headers: {},
    sent: Buffer.alloc(0),
    body: Buffer.alloc(0),
    publicUrl: "",
    now: 0,
  };
  expect(hubspot.reply?.(request, () => undefined)).toEqual({ status: 204, body: "" });
});
