import { expect, test } from "vitest";
import { makeSlackChannel } from "../../src/notify/slack.ts";
import { aMessage, anItem, post } from "./a_message.ts";
import { startReceiver } from "./fake_receiver.ts";

test("a message has text for phones and a block with a button, and nothing that Slack would take for markup", async () => {
  await using receiver = await startReceiver({ body: "ok" });
  const send = makeSlackChannel((name) => (name === "sales-de" ? receiver.url : undefined), post);
  const item = anItem({ title: "Lead <!channel> & co" });
  expect(await send(aMessage({ title: item.title, items: [item] }))).toEqual({ outcome: "accepted" });
  expect(JSON.parse(receiver.seen[0]?.body ?? "")).toEqual({
    text: "Lead &lt;!channel&gt; &amp; co",
    blocks: [
      {
        type: "section",
        text: { type: "mrkdwn", text: "*Lead &lt;!channel&gt; &amp; co*\nAssigned to: dora" },
        accessory: {
          type: "button",
          action_id: "open",
          text: { type: "plain_text", text: "Open the lead" },
          url: "https://leads.example/?lead=1",
        },
      },
    ],
  });
});

// protocols.md §3: errors are plain text.
for (const [status, body, headers, outcome] of [
  [400, "invalid_payload", {}, { outcome: "refused", reason: "invalid" }],
  [403, "action_prohibited", {}, { outcome: "refused", reason: "refused" }],
  [404, "channel_not_found", {}, { outcome: "refused", reason: "gone", isGone: true }],
  [410, "channel_is_archived", {}, { outcome: "refused", reason: "gone", isGone: true }],
  [
    429,
    "rate_limited",
    { "retry-after": "17" },
    { outcome: "later", reason: "rate_limited", after: 17, rests: true, isFree: true },
  ],
  [500, "rollup_error", {}, { outcome: "later", reason: "server_error" }],
  [503, "", { "retry-after": "5" }, { outcome: "later", reason: "server_error", after: 5, rests: true }],
  [302, "", { location: "http://127.0.0.1:1/" }, { outcome: "later", reason: "redirected" }],
] as const) {
  test(`${status} ${body}: ${outcome.outcome}`, async () => {
    await using receiver = await startReceiver({ status, body, headers });
    const send = makeSlackChannel(() => receiver.url, post);
    expect(await send(aMessage())).toEqual(outcome);
    expect(receiver.seen).toHaveLength(1); // and no redirect was followed
  });
}

for (const [body, outcome] of [
  ['{"ok":false,"error":"channel_not_found"}', { outcome: "later", reason: "refused" }],
  ['{"error":"ratelimited", "ok" : false', { outcome: "later", reason: "refused" }], // cut off
  ["no_service\n", { outcome: "later", reason: "refused" }],
  ["\n<!doctype html><title>Sign in</title>", { outcome: "later", reason: "refused" }],
  [`<html>${"x".repeat(100_000)}`, { outcome: "later", reason: "refused" }],
  ["ok", { outcome: "accepted" }],
  ['{"ok":true}', { outcome: "accepted" }],
  ['{"success":true}', { outcome: "accepted" }], // who speaks like Slack
  ["", { outcome: "accepted" }],
] as const) {
  test(`200 ${JSON.stringify(body.slice(0, 30))}: ${outcome.outcome}`, async () => {
    await using receiver = await startReceiver({ body });
    expect(await makeSlackChannel(() => receiver.url, post)(aMessage())).toEqual(outcome);
  });
}

test("an answer that stops in its midst is what its status says", async () => {
  await using receiver = await startReceiver({ body: "o", headers: { "content-length": "2" } });
  expect(await makeSlackChannel(() => receiver.url, post)(aMessage())).toEqual({ outcome: "accepted" });
});

test("a channel that hangs, or hangs up, is asked again later and rests meanwhile", async () => {
  await using receiver = await startReceiver({ after: "hang" }, { after: "reset" });
  const send = makeSlackChannel(() => receiver.url, post);
  expect(await send(aMessage())).toEqual({ outcome: "later", reason: "timed_out", rests: true });
  expect(await send(aMessage())).toEqual({ outcome: "later", reason: "unreachable", rests: true });
});

test("without a URL nothing is sent, and nothing is lost", async () => {
  const send = makeSlackChannel(() => undefined, post);
  expect(await send(aMessage())).toEqual({ outcome: "later", reason: "not_set_up", rests: true });
});

test("a digest is one message, with a block for each", async () => {
  await using receiver = await startReceiver();
  const items = [anItem(), anItem({ title: "Another" })];
  await makeSlackChannel(() => receiver.url, post)(aMessage({ title: "2 messages", items }));
  const { text, blocks } = JSON.parse(receiver.seen[0]?.body ?? "");
  expect([text, blocks.map(({ type }: { type: string }) => type)]).toEqual([
    "2 messages",
    ["header", "section", "section"],
  ]);
});
