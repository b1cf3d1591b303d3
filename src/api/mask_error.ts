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
  if (spoken !== undefined) return { message: cause.message, extensions: { code: spoken, ...hintOf(cause) } };
  if (isSafeError(cause)) {
    const { code = /timeout/i.test(cause.message) ? "TIMEOUT" : "BAD_INPUT" } = cause.extensions ?? {};
    return { message: cause.message, extensions: { code } };
  }
  if (state === "57014") return TOO_SLOW;
  if (state === "25006") return ONLY_READS;
  if (DATA_EXCEPTION.test(state)) return MALFORMED;
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
const MALFORMED: Answer = { message: "A value has the wrong form.", extensions: { code: "BAD_INPUT" } };
const UNAVAILABLE: Answer = {
  message: "The database does not answer. Try again.",
  extensions: { code: "UNAVAILABLE" },
};

/** What a client can cause by what it sends: no uuid, no date, out of range, an offset below 0, a character no text may hold, half an escape. */
const DATA_EXCEPTION = /^22(P02|P05|003|007|008|009|021|023|025)$|^2201[WX]$/;

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
