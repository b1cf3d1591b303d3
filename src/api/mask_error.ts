import { randomUUID } from "node:crypto";
import { isSafeError } from "postgraphile/grafast";
import { GraphQLError } from "postgraphile/graphql";
import { errorCode } from "../postgres/connect.ts";
import { isConnectionLoss } from "../postgres/pools.ts";

/**
 * What a client may read of a failure: a code of a short list, and words of ours. No SQLSTATE, constraint, table or
 * hash. NOT_FOUND says the same whether something is hidden or absent, so it carries nothing that differs.
 */
export function makeMaskError(log: (line: string) => void): (error: GraphQLError) => GraphQLError {
  return (error) => {
    const cause = error.originalError;
    if (cause == null || cause instanceof GraphQLError) return ofDocument(error);
    const known = explain(cause);
    if (known !== null) return answer(error, known);
    const id = randomUUID();
    log(`graphql ${id} at ${error.path?.join(".") ?? "the root"}: ${errorCode(cause)} ${cause.message}`);
    const message = "Something went wrong here. The log has more under this id.";
    return answer(error, { message, extensions: { code: "INTERNAL", id } });
  };
}

/** Names of the public schema only: of the document or its variables, or of a row that lacks what it must have. */
function ofDocument(error: GraphQLError): GraphQLError {
  const { code } = error.extensions;
  if (typeof code === "string") return error;
  const inData = error.path !== undefined && error.path.length > 0;
  return answer(error, {
    message: error.message,
    extensions: { ...error.extensions, code: inData ? "INTERNAL" : "BAD_INPUT" },
  });
}

type Answer = { message: string; extensions: { code: string; hint?: string } };

function explain(cause: Error): Answer | null {
  const state = errorCode(cause);
  const fixed = FIXED[state];
  if (fixed !== undefined)
    return { message: fixed.message, extensions: { code: fixed.code, ...hintOf(cause) } };
  const spoken = SPOKEN[state];
  if (spoken !== undefined)
    return { message: briefly(cause.message), extensions: { code: spoken, ...hintOf(cause) } };
  if (isSafeError(cause)) {
    const { code = /timeout/i.test(cause.message) ? "TIMEOUT" : "BAD_INPUT" } = cause.extensions ?? {};
    return { message: cause.message, extensions: { code } };
  }
  if (state === "57014") return TOO_SLOW;
  if (state === "25006") return ONLY_READS;
  const malformed = MALFORMED[state];
  if (malformed !== undefined) return { message: malformed, extensions: { code: "BAD_INPUT" } };
  return isConnectionLoss(cause) ? UNAVAILABLE : null;
}

/** Our own codes (db/README.md) whose message names ids of rows or actors: the log may have it, the client not. */
const FIXED: Record<string, { message: string; code: string }> = {
  NFUND: { message: "Not there.", code: "NOT_FOUND" },
  DENID: { message: "You may not do this here.", code: "FORBIDDEN" },
  TAKEN: { message: "It is not open to be taken.", code: "TAKEN" },
};

/** Our own codes whose message is meant for whoever made the mistake. */
const SPOKEN: Record<string, string> = { STATE: "CONFLICT", REUSE: "CONFLICT", BADIN: "BAD_INPUT" };

const TOO_SLOW: Answer = {
  message: "This took too long and was stopped. Ask for less at a time.",
  extensions: { code: "TIMEOUT" },
};
const ONLY_READS: Answer = {
  message: "An API key only reads here. It captures at POST /capture/:path.",
  extensions: { code: "FORBIDDEN" },
};
const UNAVAILABLE: Answer = {
  message: "The database does not answer. Try again.",
  extensions: { code: "UNAVAILABLE" },
};

const NO_INSTANT = "A date or time is not written as one, such as 2026-07-01T12:00:00Z.";
const NO_TEXT = "A text holds a character that cannot be kept, such as a NUL or half of a pair.";
const NEGATIVE = "A number of rows to skip or to take is below 0.";

/** What a client can cause by what it sends, in our words: PostgreSQL's would repeat the value and name types. */
const MALFORMED: Record<string, string> = {
  "22P02": "A value is not what its type asks for, such as an id, a number or a cursor.",
  "22P05": NO_TEXT,
  "22003": "A number is larger or smaller than it may be here.",
  "22007": NO_INSTANT,
  "22008": "A date or time lies beyond what can be told.",
  "22009": "The offset of a time from UTC is none that there is.",
  "22021": NO_TEXT,
  "22023": "A value is none of those that are allowed here.",
  "22025": "A pattern ends in the middle of an escape: write \\\\ for a backslash.",
  "2201W": NEGATIVE,
  "2201X": NEGATIVE,
};

/** Words of ours may repeat what was sent; a hundred thousand letters of it help nobody. */
function briefly(message: string): string {
  if (message.length <= LETTERS) return message;
  const [...letters] = message.slice(0, LETTERS);
  return `${letters.slice(0, -1).join("")}…`; // the last one may be half of a pair
}

const LETTERS = 500;

/** Hints are ours alone: they are read only beside a code of ours. */
function hintOf(cause: Error): { hint?: string } {
  return "hint" in cause && typeof cause.hint === "string" ? { hint: cause.hint } : {};
}

function answer(
  error: GraphQLError,
  { message, extensions }: { message: string; extensions: object },
): GraphQLError {
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: { ...extensions },
  });
}
