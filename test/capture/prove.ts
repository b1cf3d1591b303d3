import { createHmac } from "node:crypto";

export const SECRET = "hush";
/** As whsec_ and base64, for Standard Webhooks. */
const BYTES = Buffer.from(SECRET);
export const PUBLIC_URL = "https://leads.example.com/capture";

/** Seconds since 1970. */
type Prove = (body: Buffer, at: number) => Record<string, string>;

function hmac(body: Buffer | string, encoding: "hex" | "base64", before = "", behind = ""): string {
  return createHmac("sha256", BYTES).update(before).update(body).update(behind).digest(encoding);
}

function basic(credentials: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** The headers by which each protocol proves its sender, for whoever knows the secret. */
export const PROOFS: Record<string, Prove> = {
  meta: (body) => ({ "x-hub-signature-256": `sha256=${hmac(body, "hex")}` }),
  linkedin: (body) => ({ "x-li-signature": hmac(body, "hex", "hmacsha256=") }),
  tiktok: (body, at) => ({ "tiktok-signature": `t=${at},s=${hmac(body, "hex", `${at}.`)}` }),
  hubspot: (body, at) => ({
    "x-hubspot-request-timestamp": String(at * 1_000),
    "x-hubspot-signature-v3": hmac(body, "base64", `POST${PUBLIC_URL}/hubspot`, String(at * 1_000)),
  }),
  typeform: (body) => ({ "typeform-signature": `sha256=${hmac(body, "base64")}` }),
  pipedrive: () => basic(SECRET),
  shopify: (body) => ({
    "x-shopify-hmac-sha256": hmac(body, "base64"),
    "x-shopify-topic": "customers/create",
  }),
  woocommerce: (body) => ({
    "x-wc-webhook-signature": hmac(body, "base64"),
    "x-wc-webhook-topic": "customer.created",
  }),
  aftership: (body) => ({ "aftership-hmac-sha256": hmac(body, "base64") }),
  easypost: (body) => ({ "x-hmac-signature": `hmac-sha256-hex=${hmac(body, "hex")}` }),
  segment: () => basic(`${SECRET}:`),
  "standard-webhooks": (body, at) => ({
    "webhook-id": `msg_${hmac(body, "hex").slice(0, 16)}`,
    "webhook-timestamp": String(at),
    "webhook-signature": `v1,${hmac(body, "base64", `msg_${hmac(body, "hex").slice(0, 16)}.${at}.`)}`,
  }),
};

/** Whose proofs carry a time. */
export const TIMED = ["tiktok", "hubspot", "standard-webhooks"];

export function secretOf(slug: string): string | undefined {
  return slug === "standard-webhooks" ? `whsec_${BYTES.toString("base64")}` : SECRET;
}
