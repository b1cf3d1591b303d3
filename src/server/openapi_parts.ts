import { ProblemDocument, Receipt, schemaOf } from "./openapi_schemas.ts";

const RATE_HEADERS = {
  RateLimit: { $ref: "#/components/headers/RateLimit" },
  "RateLimit-Policy": { $ref: "#/components/headers/RateLimitPolicy" },
};

/** What differs between capture paths is in their operations; the rest stands here once. */
export const COMPONENTS = {
  securitySchemes: {
    apiKey: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "ck_<prefix>_<secret>",
      description:
        "An API key. It captures at its paths and reads in its territories, as far as it was made for it.",
    },
    signature: {
      type: "apiKey",
      in: "header",
      name: "X-Catchment-Signature",
      description:
        "sha256=<hex HMAC-SHA256 of the body as sent>, with the secret of the path. Vendors' paths take the vendor's own.",
    },
  },
  schemas: { Receipt: schemaOf(Receipt), Problem: schemaOf(ProblemDocument) },
  headers: {
    RateLimit: {
      description:
        'What is left: "path";r=<requests>;t=<seconds until all are there again>, and the same of the key.',
      schema: { type: "string" },
    },
    RateLimitPolicy: {
      description:
        '"path";q=<requests at once>;w=<seconds in which so many come again>, and the same of the key.',
      schema: { type: "string" },
    },
    RetryAfter: { description: "Seconds.", schema: { type: "integer", minimum: 1 } },
  },
  responses: {
    Problem: {
      description: "Why not: RFC 9457. Nothing was stored, unless it says otherwise.",
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
    Later: {
      description: "Not now. Send the same again after Retry-After, with the same key.",
      headers: { "Retry-After": { $ref: "#/components/headers/RetryAfter" }, ...RATE_HEADERS },
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  },
};

/** Headers of a capture request that mean the same everywhere. */
export const HEADERS = [
  {
    name: "Idempotency-Key",
    in: "header",
    description:
      "The same key and body get the same answer, for 30 days; the same key with another body 422; " +
      "while the first is under way 409.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[ -~]+$" },
  },
  {
    name: "traceparent",
    in: "header",
    description: "W3C Trace Context: the trace is carried on.",
    schema: { type: "string" },
  },
];

/** Every answer that a capture may get, by status. */
export function answers(): Record<number, object> {
  const problem = { $ref: "#/components/responses/Problem" };
  const later = { $ref: "#/components/responses/Later" };
  return {
    200: {
      description: "Durable.",
      headers: RATE_HEADERS,
      content: { "application/json": { schema: { $ref: "#/components/schemas/Receipt" } } },
    },
    400: problem,
    401: problem,
    403: problem,
    404: problem,
    409: later,
    413: problem,
    415: problem,
    422: problem,
    429: later,
    503: later,
  };
}
