import type { Problem } from "./problem.ts";

/** Everything that a door may refuse. The rest is kept, and judged by the contract. */
export const refusals = {
  unknownPath: refusal(404, "unknown-path", "No such capture path", "No open capture path has this name."),
  notPost: {
    ...refusal(405, "method-not-allowed", "Method not allowed", "A capture path takes POST."),
    headers: { allow: "POST" },
  },
  notGetOrPost: {
    ...refusal(
      405,
      "method-not-allowed",
      "Method not allowed",
      "This path takes POST, and GET for a challenge.",
    ),
    headers: { allow: "GET, POST" },
  },
  noChallenge: refusal(
    400,
    "no-challenge",
    "No challenge",
    "A GET to this path must carry the challenge of its sender.",
  ),
  badKey: refusal(
    400,
    "bad-idempotency-key",
    "Unusable Idempotency-Key",
    "The Idempotency-Key must have 1 to 255 printable ASCII characters and not begin with event:, whole:, part: or erased:.",
  ),
  keyReused: refusal(
    422,
    "idempotency-key-reused",
    "Idempotency-Key was used before",
    "This Idempotency-Key already belongs to a different body. Nothing was stored.",
  ),
  keyUnderWay: later(
    refusal(
      409,
      "idempotency-key-in-flight",
      "Idempotency-Key is under way",
      "The first request with this Idempotency-Key is not answered yet. Send it again.",
    ),
  ),
  badApiKey: {
    ...refusal(
      401,
      "bad-api-key",
      "API key missing or not good",
      "Send Authorization: Bearer ck_… with a key of this installation that is neither revoked nor expired.",
    ),
    headers: { "www-authenticate": "Bearer" },
  },
  keyMayNot: refusal(403, "key-may-not", "Not with this key", "This key may not capture at this path."),
  tooMany: refusal(
    429,
    "too-many-requests",
    "Too many requests",
    "Nothing was stored. Wait, then send it again.",
  ),
  badSignature: refusal(
    401,
    "bad-signature",
    "Signature missing or wrong",
    "This path requires X-Catchment-Signature: sha256=<hex HMAC-SHA256 of the body as sent>.",
  ),
  notFromSender: refusal(
    401,
    "bad-signature",
    "Signature missing or wrong",
    "This path takes only what its sender proves to have sent with the secret that both know.",
  ),
  staleSignature: refusal(
    401,
    "stale-signature",
    "Signature too old",
    "The signature is right, its time lies too far away. Sign it again, with a clock that is right.",
  ),
  noSecret: later(refusal(503, "path-not-ready", "Path not ready", "This path cannot take anything now.")),
  badEncoding: {
    ...refusal(415, "content-encoding", "Unsupported Content-Encoding", "Send the body plain or with gzip."),
    headers: { "accept-encoding": "gzip" },
  },
  notGzip: refusal(400, "not-gzip", "The body is not gzip", "Content-Encoding says gzip; the body is not."),
  busy: later(refusal(503, "busy", "Too much at once", "Nothing was stored. Send it again.")),
  databaseAway: later(
    refusal(
      503,
      "unavailable",
      "Cannot store now",
      "It is not known to be stored. Send it again with the same key.",
    ),
  ),
  notStored: refusal(500, "not-stored", "Could not be stored", "Nothing was stored."),
} satisfies Record<string, Problem>;

/** `limit` in bytes, of the body after decompression as well as before. */
export function tooLarge(limit: number): Problem {
  return refusal(413, "too-large", "Body too large", `This path takes at most ${limit} bytes.`);
}

function refusal(status: number, slug: string, title: string, detail: string): Problem {
  return { status, slug, title, detail };
}

/** Nothing of it is stored: sent in smaller requests, it is. */
export function tooManyEvents(limit: number): Problem {
  return refusal(
    413,
    "too-many-events",
    "Too many events",
    `This path takes at most ${limit} events at once.`,
  );
}

/** Retry-After in seconds. */
function later(problem: Problem): Problem {
  return { ...problem, headers: { "retry-after": "1" } };
}
