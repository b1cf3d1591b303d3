import { aftership } from "./aftership.ts";
import { cloudevents } from "./cloudevents.ts";
import { easypost } from "./easypost.ts";
import { googleAds } from "./google_ads.ts";
import { hubspot } from "./hubspot.ts";
import { json } from "./json.ts";
import { linkedin } from "./linkedin.ts";
import { meta } from "./meta.ts";
import { pipedrive } from "./pipedrive.ts";
import { salesforce } from "./salesforce.ts";
import { segment } from "./segment.ts";
import { shopify } from "./shopify.ts";
import type { Source } from "./source.ts";
import { standardWebhooks } from "./standard_webhooks.ts";
import { tiktok } from "./tiktok.ts";
import { typeform } from "./typeform.ts";
import { woocommerce } from "./woocommerce.ts";

/** Every protocol that a path can speak, by the name in `capture_paths.protocol`. */
export const SOURCES: Readonly<Record<string, Source>> = {
  json,
  cloudevents,
  segment,
  "standard-webhooks": standardWebhooks,
  aftership,
  easypost,
  "google-ads": googleAds,
  hubspot,
  linkedin,
  meta,
  pipedrive,
  salesforce,
  shopify,
  tiktok,
  typeform,
  woocommerce,
};

/** An unknown protocol is spoken as plain JSON: nothing is lost, its contract refuses what it cannot read. */
export function sourceOf(protocol: string): Source {
  return Object.hasOwn(SOURCES, protocol) ? (SOURCES[protocol] ?? json) : json;
}
