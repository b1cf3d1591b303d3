import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { makeWebhookChannel } from "../../src/notify/webhook.ts";
import { aMessage, post } from "./a_message.ts";
import { startReceiver } from "./fake_receiver.ts";

const KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

test("a receiver can verify it with the reference library, and knows a repetition by its id", async () => {
  await using receiver = await startReceiver({ status: 503 }, { status: 204, body: "" });
  const send = channelAt(receiver.url);
  expect(await send(aMessage())).toMatchObject({ outcome: "later", reason: "server_error" });
  expect(await send(aMessage())).toEqual({ outcome: "accepted" });
  const [first, second] = receiver.seen;
  for (const { headers, body } of receiver.seen) {
    expect(
      new Webhook(KEY).verify(
        body,
        Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)])),
      ),
    ).toMatchObject({
      type: "notification.lead_assigned",
      data: { notifications: [{ kind: "lead_assigned", title: "A new lead is yours." }] },
    });
  }
  expect(first?.headers["webhook-id"]).toBe(aMessage().id);
  expect(second?.headers["webhook-id"]).toBe(aMessage().id);
});

test("410 is the end; everything else but 2xx is asked again, and each attempt counts", async () => {
  const statuses = [410, 404, 429, 400, 401, 302, 502, 504];
  await using receiver = await startReceiver(
    ...statuses.map((status) => ({ status, headers: { "retry-after": "9" } })),
  );
  const send = channelAt(receiver.url);
  const outcomes = [];
  for (const _ of statuses) outcomes.push(await send(aMessage()));
  expect(outcomes).toEqual([
    { outcome: "refused", reason: "gone", isGone: true },
    { outcome: "later", reason: "refused" },
    { outcome: "later", reason: "rate_limited", after: 9, rests: true },
    { outcome: "later", reason: "invalid" },
    { outcome: "later", reason: "refused" },
    { outcome: "later", reason: "redirected" },
    { outcome: "later", reason: "server_error", after: 9, rests: true },
    { outcome: "later", reason: "server_error", after: 9, rests: true },
  ]);
  expect(receiver.seen).toHaveLength(statuses.length);
});

test("nothing goes out unsigned", async () => {
  await using receiver = await startReceiver();
  for (const key of ["", "whsec_", "not a key"]) {
    expect(await channelAt(receiver.url, key)(aMessage())).toEqual({
      outcome: "later",
      reason: "not_set_up",
      rests: true,
    });
  }
  expect(receiver.seen).toEqual([]);
});

function channelAt(url: string, key = KEY) {
  const secrets: Record<string, string> = { "sales-de": url, "sales-de-signing-key": key };
  return makeWebhookChannel((name) => secrets[name], post);
}
