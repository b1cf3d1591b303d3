import type { Problem } from "../capture/problem.ts";

export const needsToken: Problem = {
  status: 401,
  slug: "token-needed",
  title: "Token needed",
  detail: "Send Authorization: Bearer <token of an actor>.",
  headers: { "www-authenticate": "Bearer" },
};
export const databaseAway: Problem = {
  status: 503,
  slug: "unavailable",
  title: "The database does not answer",
  detail: "Try again in a moment.",
  headers: { "retry-after": "1" },
};
export const unknownAddress: Problem = {
  status: 404,
  slug: "unknown-address",
  title: "No such address",
  detail: "Nothing lives at this address.",
};
export const failed: Problem = {
  status: 500,
  slug: "failed",
  title: "The request failed",
  detail: "The log has the reason.",
};
