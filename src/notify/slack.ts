import type { FindSecret, Item, Message, Send } from "./channel.ts";
import { classify } from "./classify.ts";
import type { Post } from "./post.ts";

/** An incoming webhook. Its URL is the secret of the channel's slug. */
export function makeSlackChannel(secret: FindSecret, post: Post): Send {
  return async (message) => {
    const url = secret(message.target);
    if (url === undefined) return { outcome: "later", reason: "not_set_up", rests: true };
    return classify(await post(url, JSON.stringify(payloadOf(message)), {}, denies));
  };
}

/**
 * Slack says `ok` to what it takes. Under 200, too, its API says `{"ok":false,…}`, its older errors are a word like
 * `no_service`, and what stands between (a proxy, a login) shows a page.
 */
function denies(said: string): boolean {
  return /^\s*(?:<|\{.*"ok"\s*:\s*false|[a-z]+(?:_[a-z]+)+\s*$)/s.test(said);
}

/** `text` is what a phone shows and a screen reader reads. A message has at most 50 blocks of 3,000 characters. */
function payloadOf({ title, items, open }: Message): object {
  const header =
    items.length > 1 ? [{ type: "header", text: { type: "plain_text", text: title.slice(0, 150) } }] : [];
  return {
    text: escaped(title),
    blocks: [...header, ...items.map((item) => section(item, open))],
  };
}

function section({ title, lines, link }: Item, open: string): object {
  const text = [`*${escaped(title)}*`, ...lines.map(escaped)].join("\n").slice(0, 3_000);
  const button = link !== null && { type: "button", text: { type: "plain_text", text: open }, url: link };
  return {
    type: "section",
    text: { type: "mrkdwn", text },
    ...(button && { accessory: { ...button, action_id: "open" } }),
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
