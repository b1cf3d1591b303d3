import { asUtc } from "../instants.ts";
import { at, digestOf, ignored, keyOf, known, objectIn, readObject, textAt } from "../told.ts";
import { hmacSignature } from "../verify.ts";
import type { Event, Reading, Source } from "./source.ts";

/** WooCommerce. Secret: the webhook's own. The topic stands in a header only, which is therefore kept. */
export const woocommerce: Source = {
  verify: hmacSignature({ header: "x-wc-webhook-signature", encoding: "base64" }),
  // Sent unsigned when a webhook is saved, which is not activated without 200. It says nothing worth keeping.
  handshake: ({ method, headers, body }) => {
    const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
    const isPing =
      method === "POST" && isForm && body.length < 64 && /^webhook_id=\d+$/.test(body.toString("latin1"));
    return isPing ? { status: 200, headers: { "content-type": "text/plain" }, body: "" } : undefined;
  },
  keeps: [
    "x-wc-webhook-topic",
    "x-wc-webhook-resource",
    "x-wc-webhook-event",
    "x-wc-webhook-id",
    "x-wc-webhook-delivery-id",
    "x-wc-webhook-source",
  ],
  key: ({ headers, body }) => {
    const told = objectIn(body);
    return keyOf(
      headers["x-wc-webhook-delivery-id"],
      textAt(told, "id") ?? "",
      textAt(told, "date_modified_gmt") ?? "",
      digestOf(told), // the delivery's id is one of webhook and second
    );
  },
  read: (event) => readObject(event, (told) => readTopic(event, told)),
};

function readTopic(event: Event, told: object): Reading {
  const topic = event.headers["x-wc-webhook-topic"] ?? "";
  if (topic.startsWith("order.")) return { kind: "order" };
  if (topic === "customer.created") return readCustomer(event, told);
  const externalId = textAt(told, "id");
  if (topic === "customer.deleted" && externalId !== undefined) {
    return { kind: "privacy", request: "erasure", subject: { externalId } };
  }
  return ignored("A topic that has no meaning here.");
}

/**
 * Document: external_id (the customer's id), occurred_at, shop (its address), first_name, last_name, email, phone,
 * company, street, city, region, postal_code, country, answers (username, role).
 */
function readCustomer(event: Event, customer: object): Reading {
  const billing = at(customer, "billing");
  const document = known({
    external_id: textAt(customer, "id"),
    occurred_at: asUtc(textAt(customer, "date_created_gmt")),
    shop: event.headers["x-wc-webhook-source"],
    first_name: textAt(customer, "first_name") ?? textAt(billing, "first_name"),
    last_name: textAt(customer, "last_name") ?? textAt(billing, "last_name"),
    email: textAt(customer, "email") ?? textAt(billing, "email"),
    phone: textAt(billing, "phone"),
    company: textAt(billing, "company"),
    street: textAt(billing, "address_1"),
    city: textAt(billing, "city"),
    region: textAt(billing, "state"),
    postal_code: textAt(billing, "postcode"),
    country: textAt(billing, "country"),
    answers: known({ username: textAt(customer, "username"), role: textAt(customer, "role") }),
  });
  return { kind: "lead", document };
}
