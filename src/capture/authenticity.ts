import type { Door } from "./doors.ts";
import type { Problem } from "./problem.ts";
import { refusals } from "./refusals.ts";
import type { Request, Secrets, Source, Verdict } from "./sources/source.ts";
import { hmacSignature } from "./verify.ts";

/**
 * Why a request is not let in by its signature, undefined when it is. A sender with a way of its own is held to it;
 * all others need one where the path requires it: `X-Catchment-Signature: sha256=<hex HMAC-SHA256 of the body as sent>`.
 */
export function doubtOf(
  door: Pick<Door, "requiresSignature">,
  source: Source,
  request: Request,
  secrets: Secrets,
): Problem | undefined {
  if (source.verify !== undefined) return PROBLEMS[source.verify(request, secrets)];
  if (!door.requiresSignature) return undefined;
  const verdict = ownSignature(request, secrets);
  return verdict === "wrong" ? refusals.badSignature : PROBLEMS[verdict];
}

/** Whether the signature of a request is looked at. */
export function isSigned(door: Door, source: Source): boolean {
  return door.requiresSignature || source.verify !== undefined;
}

const ownSignature = hmacSignature({ header: "x-catchment-signature", encoding: "hex", prefix: "sha256=" });

const PROBLEMS: Record<Verdict, Problem | undefined> = {
  right: undefined,
  wrong: refusals.notFromSender,
  stale: refusals.staleSignature,
  "no secret": refusals.noSecret,
};
