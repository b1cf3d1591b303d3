import { expect, test } from "vitest";
import { makeCompose } from "../../src/notify/compose.ts";
import { makeTeamsChannel } from "../../src/notify/teams.ts";
import { readTemplates } from "../../src/notify/templates.ts";
import { aMessage, post } from "./a_message.ts";
import { aRow } from "./a_row.ts";
import { startReceiver } from "./fake_receiver.ts";

test("a message is an Adaptive Card 1.4 in an attachment, and 202 accepts it", async () => {
  await using receiver = await startReceiver({ status: 202, body: "" });
  const send = makeTeamsChannel(() => receiver.url, post);
  expect(await send(aMessage())).toEqual({ outcome: "accepted" });
  expect(JSON.parse(receiver.seen[0]?.body ?? "")).toMatchObject({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: {
          type: "AdaptiveCard",
          version: "1.4",
          body: [{ text: "A new lead is yours." }, { text: "Assigned to: dora" }],
          actions: [{ type: "Action.OpenUrl", title: "Open the lead", url: "https://leads.example/?lead=1" }],
        },
      },
    ],
  });
});

test("a throttled workflow is asked again when it says, one that is too large never", async () => {
  await using receiver = await startReceiver(
    { status: 429, headers: { "retry-after": "3" } },
    { status: 413 },
  );
  const send = makeTeamsChannel(() => receiver.url, post);
  expect(await send(aMessage())).toMatchObject({
    outcome: "later",
    reason: "rate_limited",
    after: 3,
    isFree: true,
  });
  expect(await send(aMessage())).toEqual({ outcome: "refused", reason: "too_large" });
});

test("not even a digest of a thousand long ones is larger than Teams takes", async () => {
  await using receiver = await startReceiver({ status: 202 });
  const rows = Array.from({ length: 1_000 }, () => aRow({ text: "ü".repeat(5_000) }));
  const message = makeCompose(readTemplates(), "https://leads.example")([aRow(), ...rows]);
  await makeTeamsChannel(() => receiver.url, post)(message);
  expect(Buffer.byteLength(receiver.seen[0]?.body ?? "")).toBeLessThan(21_000);
});
