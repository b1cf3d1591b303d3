import type { IncomingMessage } from "node:http";
import type { Door } from "./doors.ts";
import type { Reply } from "./sources/source.ts";

/**
 * Lets pages of the path's origins read an answer. It is no lock: whoever is no browser sends what they like, and a
 * form of another site still gets its lead in, without reading what became of it.
 */
export function corsHeaders({ corsOrigins }: Door, origin: string | undefined): Record<string, string> {
  if (corsOrigins.length === 0) return {};
  if (corsOrigins.includes("*")) return { "access-control-allow-origin": "*", ...EXPOSED };
  // The answer depends on who asks, also when the answer is no.
  if (origin === undefined || !corsOrigins.includes(origin)) return { vary: "Origin" };
  return { "access-control-allow-origin": origin, vary: "Origin", ...EXPOSED };
}

/** What a browser asks before it sends. Undefined: an OPTIONS of another meaning. */
export function preflight(door: Door, request: IncomingMessage): Reply | undefined {
  const { origin, "access-control-request-method": method } = request.headers;
  if (origin === undefined || method === undefined) return undefined;
  const headers = corsHeaders(door, origin);
  if (headers["access-control-allow-origin"] === undefined) return { status: 204, headers, body: "" };
  return {
    status: 204,
    headers: {
      ...headers,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": `${ALLOWED}${door.requiresKey ? ", authorization" : ""}`,
      "access-control-max-age": "600",
    },
    body: "",
  };
}

const ALLOWED = "content-type, idempotency-key, traceparent, x-catchment-test";
const EXPOSED = {
  "access-control-expose-headers":
    "retry-after, ratelimit, ratelimit-policy, ratelimit-limit, ratelimit-remaining, ratelimit-reset",
};
