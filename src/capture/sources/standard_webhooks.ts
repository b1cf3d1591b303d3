import { at, keyOf, readObject, textAt } from "../told.ts";
import { readActivity } from "../told_activity.ts";
import { headerOf, hmacSignature } from "../verify.ts";
import { cloudEventOf, isCloudEvent, readCloudEvent } from "./cloudevents.ts";
import type { Request, Source } from "./source.ts";

/**
 * Standard Webhooks 1.0.0, the form that partners are asked to speak. The document is `data` of
 * `{type, timestamp, data}`, or the whole body when it is built otherwise; a structured CloudEvent is taken too. A type
 * that ends in `activity.<kind>` tells what happened to a lead elsewhere.
 */
export const standardWebhooks: Source = {
  verify: hmacSignature({
    header: "webhook-signature",
    encoding: "base64",
    key: (secret) => Buffer.from(secret.startsWith("whsec_") ? secret.slice(6) : secret, "base64"),
    signed: (request) => {
      const [id, time] = [headerOf(request, "webhook-id"), headerOf(request, "webhook-timestamp")];
      return id === undefined || time === undefined ? undefined : [`${id}.${time}.`, request.sent];
    },
    claims: claimsOf,
    window: {
      signedAt: (request) => Number(headerOf(request, "webhook-timestamp")) * 1_000,
      toleranceMs: 300_000,
    },
  }),
  keeps: ["webhook-id"],
  key: (event) => keyOf(event.headers["webhook-id"]),
  read: (event) =>
    isCloudEvent(event)
      ? readCloudEvent(cloudEventOf(event))
      : readObject(event, (document) => {
          const [type, data] = [textAt(document, "type"), at(document, "data")];
          const isEnvelope = type !== undefined && typeof data === "object" && data !== null;
          const activity = isEnvelope ? readActivity(type, data) : undefined;
          return activity ?? { kind: "lead", document: isEnvelope ? data : document };
        }),
};

/** Symmetric signatures are written `v1,<base64>`, several of them with spaces between. */
function claimsOf(request: Request): string[] {
  const signatures = headerOf(request, "webhook-signature")?.split(" ") ?? [];
  return signatures.filter((signature) => signature.startsWith("v1,")).map((signature) => signature.slice(3));
}
