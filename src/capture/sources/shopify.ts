import { violation } from "../../contracts/violation.ts";
import { at, ignored, keyOf, known, readObject, textAt, unreadable } from "../told.ts";
import { hmacSignature } from "../verify.ts";
import type { Event, Reading, Source, Subject } from "./source.ts";

/** Shopify. Secret: the app's client secret. The topic stands in a header only, which is therefore kept. */
export const shopify: Source = {
  verify: hmacSignature({ header: "x-shopify-hmac-sha256", encoding: "base64" }),
  keeps: ["x-shopify-topic", "x-shopify-shop-domain", "x-shopify-event-id", "x-shopify-triggered-at"],
  // One deed in the shop has one event id, whatever the topics that tell of it.
  key: ({ headers }) => keyOf(headers["x-shopify-event-id"], headers["x-shopify-topic"] ?? ""),
  read: (event) => readObject(event, (told) => readTopic(event, told)),
};

function readTopic(event: Event, told: object): Reading {
  const topic = event.headers["x-shopify-topic"] ?? "";
  switch (topic) {
    case "customers/create":
      return readCustomer(event, told);
    case "customers/delete":
      return privacy("erasure", told);
    case "customers/redact":
      return privacy("erasure", at(told, "customer"));
    case "customers/data_request":
      return privacy("access", at(told, "customer"));
    case "shop/redact":
      // The shop has left; everybody who came from it is meant, and none is named. That is for people to decide.
      return unreadable(
        violation("missing", "/customer", "names nobody: all customers of a shop that left are to be erased"),
      );
    default:
      return ABOUT_ORDERS.has(topic.split("/")[0] ?? "")
        ? { kind: "order" }
        : ignored("A topic that has no meaning here.");
  }
}

const ABOUT_ORDERS = new Set([
  "orders",
  "order_transactions",
  "fulfillments",
  "fulfillment_events",
  "fulfillment_orders",
  "refunds",
  "returns",
  "disputes",
]);

function privacy(request: "erasure" | "access", customer: unknown): Reading {
  const subject: Subject = known({
    email: textAt(customer, "email"),
    phone: textAt(customer, "phone"),
    externalId: textAt(customer, "id"),
  });
  if (Object.keys(subject).length > 0) return { kind: "privacy", request, subject };
  return unreadable(violation("missing", "/customer", "names nobody"));
}

/**
 * Document: external_id (the customer's id), occurred_at, shop, first_name, last_name, email, phone, company, street,
 * city, region, postal_code, country (code), language, message (note), consent_email, consent_sms (states),
 * answers (tags).
 */
function readCustomer(event: Event, customer: object): Reading {
  const address = at(customer, "default_address");
  const tags = textAt(customer, "tags");
  const document = known({
    external_id: textAt(customer, "id"),
    occurred_at: textAt(customer, "created_at") ?? event.headers["x-shopify-triggered-at"],
    shop: event.headers["x-shopify-shop-domain"],
    first_name: textAt(customer, "first_name") ?? textAt(address, "first_name"),
    last_name: textAt(customer, "last_name") ?? textAt(address, "last_name"),
    email: textAt(customer, "email"),
    phone: textAt(customer, "phone") ?? textAt(address, "phone"),
    company: textAt(address, "company"),
    street: textAt(address, "address1"),
    city: textAt(address, "city"),
    region: textAt(address, "province"),
    postal_code: textAt(address, "zip"),
    country: textAt(address, "country_code"),
    language: textAt(customer, "locale"),
    message: textAt(customer, "note"),
    consent_email: textAt(customer, "email_marketing_consent", "state"),
    consent_sms: textAt(customer, "sms_marketing_consent", "state"),
    answers: known({ tags }),
  });
  return { kind: "lead", document };
}
