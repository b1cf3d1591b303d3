import { Webhook } from "standardwebhooks";
import type { FindSecret, Message, Outcome, Send } from "./channel.ts";
import { classify } from "./classify.ts";
import type { Post } from "./post.ts";

/**
 * Any receiver, by Standard Webhooks: the id is that of the message at every attempt, the time that of the attempt. URL
 * and key are the secrets `<slug>` and `<slug>-signing-key` (`whsec_…`); nothing goes out unsigned.
 */
export function makeWebhookChannel(secret: FindSecret, post: Post): Send {
  return async (message) => {
    const url = secret(message.target);
    const webhook = signerOf(secret(`${message.target}-signing-key`));
    if (url === undefined || webhook === null) return { outcome: "later", reason: "not_set_up", rests: true };
    const now = new Date();
    const body = JSON.stringify(payloadOf(message, now));
    const headers = {
      "webhook-id": message.id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
      "webhook-signature": webhook.sign(message.id, now, body),
    };
    return retried(classify(await post(url, body, headers), [410]));
  };
}

/** Its schedule asks everybody again but those who are gone, and every attempt counts. */
function retried(outcome: Outcome): Outcome {
  if (outcome.outcome === "accepted") return outcome;
  if (outcome.outcome === "refused") {
    const isFinal = outcome.reason === "gone" || outcome.reason === "blocked_address";
    return isFinal ? outcome : { outcome: "later", reason: outcome.reason };
  }
  const { isFree: _, ...counted } = outcome;
  return counted;
}

/** Null: it is no key, or one that could be guessed. 32 characters of base64 are 24 bytes, the least that the standard allows. */
function signerOf(key = ""): Webhook | null {
  return /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(key) ? new Webhook(key) : null;
}

function payloadOf({ items }: Message, now: Date): object {
  const events = items.map(({ kind, title, lines, link, leadId, traceId }) => ({
    kind,
    title,
    lines,
    link,
    leadId,
    traceId,
  }));
  const type = events.length === 1 ? `notification.${events[0]?.kind}` : "notification.digest";
  return { type, timestamp: now.toISOString(), data: { notifications: events } };
}
