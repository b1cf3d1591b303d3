import { expect, test } from "vitest";
import { woocommerce } from "../../../src/capture/sources/woocommerce.ts";
import { HAS_SAMPLES, jsonEvent, sampleRequest, tampered } from "../sample.ts";

test.skipIf(!HAS_SAMPLES)("an order is signed, and known by delivery, id and change", () => {
  const { request, event, secrets } = sampleRequest(woocommerce, "woocommerce/order-updated");
  expect(woocommerce.verify?.(request, secrets)).toBe("right");
  expect(woocommerce.verify?.(tampered(request), secrets)).toBe("wrong");
  expect(woocommerce.handshake?.(request, secrets)).toBeUndefined();
  expect(woocommerce.key?.(event)).toMatch(/^8d1c2b3a4f5e:727:2025-11-21T11:05:00:[0-9a-f]{32}$/);
  expect(woocommerce.read(event)).toEqual({ kind: "order" });
});

test("two changes of an order in one second are two: the delivery's id changes by the second", () => {
  const keyOf = (status: string) =>
    woocommerce.key?.(
      jsonEvent(
        { id: 727, date_modified_gmt: "2025-11-21T11:05:00", status },
        { "x-wc-webhook-delivery-id": "8d1c" },
      ),
    );
  expect(keyOf("completed")).not.toBe(keyOf("processing"));
  expect(keyOf("completed")).toBe(keyOf("completed"));
});

test.skipIf(!HAS_SAMPLES)("the unsigned ping hears 200 and is nothing more", () => {
  const { request, secrets } = sampleRequest(woocommerce, "woocommerce/ping");
  expect(woocommerce.handshake?.(request, secrets)?.status).toBe(200);
  const pings = [
    { body: Buffer.from("webhook_id=142&email=a@b.de") },
    { body: Buffer.from("webhook_id=x") },
    { headers: { "content-type": "application/json" } },
    { method: "PUT" },
    { headers: {} },
  ];
  for (const change of pings)
    expect(woocommerce.handshake?.({ ...request, ...change }, secrets)).toBeUndefined();
});

const told = (topic: string, document: object) => jsonEvent(document, { "x-wc-webhook-topic": topic });

test("a new customer is a lead, whose time is UTC though it does not say so", () => {
  const billing = {
    first_name: "John",
    last_name: "Doe",
    company: "",
    city: "San Francisco",
    country: "US",
    phone: "(555) 555-5555",
  };
  const customer = {
    id: 26,
    date_created: "2025-11-21T08:00:41",
    date_created_gmt: "2025-11-21T11:00:41",
    email: "john@example.com",
    first_name: "",
    username: "john",
    billing,
  };
  expect(woocommerce.read(told("customer.created", customer))).toEqual({
    kind: "lead",
    document: {
      external_id: "26",
      occurred_at: "2025-11-21T11:00:41Z",
      first_name: "John",
      last_name: "Doe",
      email: "john@example.com",
      phone: "(555) 555-5555",
      city: "San Francisco",
      country: "US",
      answers: { username: "john" },
    },
  });
});

test("a deleted customer is to be forgotten; other topics are recorded", () => {
  expect(woocommerce.read(told("customer.deleted", { id: 26 }))).toMatchObject({
    request: "erasure",
    subject: { externalId: "26" },
  });
  expect(woocommerce.read(told("customer.deleted", {})).kind).toBe("ignored");
  expect(woocommerce.read(told("product.updated", { id: 1 })).kind).toBe("ignored");
  expect(woocommerce.read(jsonEvent({})).kind).toBe("ignored");
  expect(woocommerce.read(told("order.deleted", { id: 1 })).kind).toBe("order");
});
