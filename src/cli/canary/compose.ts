import { createHmac } from "node:crypto";
import type { CanaryDocument } from "./document.ts";

export type Letter = { headers: Record<string, string>; body: string };

/** What a protocol needs to say a document. `now` in milliseconds since 1970. */
export type Sheet = CanaryDocument & { mark: string; secret: string | undefined; now: number };

/** How a sender of each protocol would say it; a text is the reason why nobody but the vendor can. */
export const PROTOCOLS: Readonly<Record<string, ((sheet: Sheet) => Letter) | string>> = {
  json: ({ document }) => jsonLetter(document),
  cloudevents: ({ document, mark, now }) =>
    jsonLetter(
      {
        specversion: "1.0",
        id: mark,
        source: "urn:catchment:canary",
        type: "catchment.canary",
        time: new Date(now).toISOString(),
        data: document,
      },
      "application/cloudevents+json",
    ),
  "standard-webhooks": standardWebhook,
  segment: ({ fields, mark, secret = "" }) => ({
    headers: { ...JSON_TYPE, authorization: `Basic ${Buffer.from(`${secret}:`).toString("base64")}` },
    body: JSON.stringify({
      type: "identify",
      messageId: mark,
      userId: fields.external_id,
      traits: {
        email: fields.email,
        phone: fields.phone,
        firstName: fields.first_name,
        lastName: fields.last_name,
        address: { country: fields.country },
      },
    }),
  }),
  "google-ads": ({ fields, mark, secret }) =>
    jsonLetter({
      lead_id: `canary-${mark}`,
      google_key: secret,
      is_test: true,
      user_column_data: columns(fields, {
        FIRST_NAME: "first_name",
        LAST_NAME: "last_name",
        EMAIL: "email",
        PHONE_NUMBER: "phone",
        COUNTRY: "country",
      }),
    }),
  salesforce: ({ fields }) => ({
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      oid: "canary",
      ...Object.fromEntries(
        ["first_name", "last_name", "email", "phone", "company", "country"].flatMap((name) =>
          fields[name] === undefined ? [] : [[name, fields[name]]],
        ),
      ),
    }).toString(),
  }),
  meta: "the vendor tells only an id, and would be asked for a lead that it does not have",
  linkedin: "the vendor tells only an id, and would be asked for a lead that it does not have",
  hubspot: "the vendor tells only an id, and would be asked for a contact that it does not have",
  tiktok: "what the vendor writes is not documented",
  typeform: "its answers point at questions of a form that only the vendor has",
  pipedrive: "it tells of a person or deal that only the vendor has",
  shopify: "it tells of orders, which make no lead",
  woocommerce: "it tells of orders, which make no lead",
  aftership: "it tells of shipments, which make no lead",
  easypost: "it tells of shipments, which make no lead",
};

const JSON_TYPE = { "content-type": "application/json" };

function jsonLetter(document: unknown, contentType = "application/json"): Letter {
  return { headers: { "content-type": contentType }, body: JSON.stringify(document) };
}

function standardWebhook({ document, mark, secret = "", now }: Sheet): Letter {
  const time = Math.floor(now / 1_000);
  const timestamp = new Date(now).toISOString();
  const body = JSON.stringify({ type: "catchment.canary", timestamp, data: document });
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${mark}.${time}.${body}`).digest("base64");
  return {
    headers: {
      ...JSON_TYPE,
      "webhook-id": mark,
      "webhook-timestamp": String(time),
      "webhook-signature": `v1,${signature}`,
    },
    body,
  };
}

function columns(fields: Record<string, string>, names: Record<string, string>): object[] {
  return Object.entries(names).flatMap(([column_id, field]) => {
    const string_value = fields[field];
    return string_value === undefined ? [] : [{ column_id, string_value }];
  });
}
