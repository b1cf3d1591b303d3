import type { IncomingMessage } from "node:http";
import type { Door } from "./doors.ts";
import type { Reply } from "./sources/source.ts";

/**
 * Where a browser goes that posts a plain form, without a script: to the `next` of the form's address, when it is a
 * page of an origin of the path. Any other address would make this door send people wherever a stranger wants.
 */
export function nextPage({ corsOrigins }: Door, { url = "", headers }: IncomingMessage): Reply | undefined {
  if (!FORM.test(headers["content-type"] ?? "")) return undefined;
  const next = new URLSearchParams(url.split("?")[1]).get("next");
  if (next === null || !URL.canParse(next)) return undefined;
  const { origin, href } = new URL(next);
  return corsOrigins.includes(origin) ? { status: 303, headers: { location: href }, body: "" } : undefined;
}

const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i;
