import type { IncomingMessage } from "node:http";
import type { Door } from "./doors.ts";
import type { Reply } from "./sources/source.ts";

/**
 * What a browser gets that posts a plain form, without a script: the `next` of the form's address, when it is a page of
 * an origin of the path, else a sentence. Any other address would make this door send people wherever a stranger wants.
 */
export function nextPage({ corsOrigins }: Door, { url = "", headers }: IncomingMessage): Reply | undefined {
  if (!FORM.test(headers["content-type"] ?? "")) return undefined;
  const next = new URLSearchParams(url.split("?")[1]).get("next");
  const { origin, href } = new URL(next !== null && URL.canParse(next) ? next : "about:blank");
  if (corsOrigins.includes(origin)) return { status: 303, headers: { location: href }, body: "" };
  return headers["sec-fetch-mode"] === "navigate" ? RECEIVED : undefined;
}

const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

const RECEIVED: Reply = {
  status: 200,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Received</title>
<body style="font-family: system-ui, sans-serif; margin: 4rem 2rem"><p>Thank you. What you sent has been received.</p></html>
`,
};
