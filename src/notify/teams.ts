import type { FindSecret, Item, Message, Send } from "./channel.ts";
import { classify } from "./classify.ts";
import type { Post } from "./post.ts";

/** A workflow "When a Teams webhook request is received". Its URL, with the signature in it, is the secret of the slug. */
export function makeTeamsChannel(secret: FindSecret, post: Post): Send {
  return async (message) => {
    const url = secret(message.target);
    if (url === undefined) return { outcome: "later", reason: "not_set_up", rests: true };
    return classify(await post(url, JSON.stringify(payloadOf(message))));
  };
}

function payloadOf({ title, items, open }: Message): object {
  const header = items.length > 1 ? [{ ...text(title), size: "Large", weight: "Bolder" }] : [];
  const [only] = items;
  const link = items.length === 1 ? only?.link : null;
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [...header, ...items.flatMap((item) => blocks(item, items.length > 1))],
    ...(link && { actions: [{ type: "Action.OpenUrl", title: open, url: link }] }),
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  };
}

function blocks({ title, lines, link }: Item, isOneOfMany: boolean): object[] {
  const more = isOneOfMany && link !== null ? [...lines, link] : lines;
  return [{ ...text(title), weight: "Bolder" }, ...more.map((line) => ({ ...text(line), spacing: "None" }))];
}

function text(value: string): object {
  return { type: "TextBlock", text: value, wrap: true };
}
