import { expect, test } from "vitest";
import { shopify } from "../../../src/capture/sources/shopify.ts";
import { HAS_SAMPLES, jsonEvent, sampleRequest, tampered } from "../sample.ts";

const SAMPLES = ["orders-create", "orders-cancelled", "fulfillments-update", "fulfillment-events-create"];

test.skipIf(!HAS_SAMPLES)("the samples are signed, tell of orders, and are known by event and topic", () => {
  const keys = SAMPLES.map((name) => {
    const { request, event, secrets } = sampleRequest(shopify, `shopify/${name}`);
    expect(shopify.verify?.(request, secrets)).toBe("right");
    expect(shopify.verify?.(tampered(request), secrets)).toBe("wrong");
    expect(shopify.read(event)).toEqual({ kind: "order" });
    return shopify.key?.(event);
  });
  expect(keys[0]).toBe("98880550-7158-44d4-b7cd-2c97c8a091b5:orders/create");
  expect(new Set(keys).size).toBe(SAMPLES.length);
});

const told = (topic: string, document: object) =>
  jsonEvent(document, { "x-shopify-topic": topic, "x-shopify-shop-domain": "a.myshopify.com" });
const customer = { id: 115310627314723954n.toString(), email: "jon@example.com", phone: "+15555550100" };

test("a new customer is a lead", () => {
  const body = `{"id":115310627314723954,"email":"jon@example.com","first_name":"Jon","created_at":"2025-11-21T08:00:41-05:00",
    "default_address":{"address1":"123 Shipping St","zip":"40003","country_code":"US","phone":"+15555550100"},"tags":"vip",
    "email_marketing_consent":{"state":"subscribed"}}`;
  const event = { ...told("customers/create", {}), body: Buffer.from(body) };
  expect(shopify.read(event)).toEqual({
    kind: "lead",
    document: {
      external_id: "115310627314723954",
      occurred_at: "2025-11-21T08:00:41-05:00",
      shop: "a.myshopify.com",
      first_name: "Jon",
      email: "jon@example.com",
      phone: "+15555550100",
      street: "123 Shipping St",
      postal_code: "40003",
      country: "US",
      consent_email: "subscribed",
      answers: { tags: "vip" },
    },
  });
});

test.each([
  ["customers/redact", "erasure"],
  ["customers/data_request", "access"],
])("%s asks for %s", (topic, request) => {
  expect(shopify.read(told(topic, { shop_id: 1, customer }))).toEqual({
    kind: "privacy",
    request,
    subject: { email: "jon@example.com", phone: "+15555550100", externalId: "115310627314723954" },
  });
});

test("a deleted customer is to be forgotten, a shop that left is for people to decide", () => {
  expect(shopify.read(told("customers/delete", { id: 7 }))).toMatchObject({
    request: "erasure",
    subject: { externalId: "7" },
  });
  expect(shopify.read(told("shop/redact", { shop_id: 1 }))).toMatchObject({
    kind: "unreadable",
    violations: [{ path: "/customer" }],
  });
});

test("a request that names nobody is for people to decide", () => {
  for (const topic of ["customers/redact", "customers/data_request", "customers/delete"]) {
    expect(shopify.read(told(topic, { shop_id: 1 })).kind).toBe("unreadable");
  }
});

test("other topics, and none, are recorded", () => {
  for (const topic of ["products/update", "app/uninstalled", "customers/update", "", "__proto__"]) {
    expect(shopify.read(told(topic, {})).kind).toBe("ignored");
  }
  expect(shopify.read(jsonEvent({})).kind).toBe("ignored");
  expect(shopify.key?.(jsonEvent({}))).toBeUndefined();
});
