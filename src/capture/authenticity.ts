import type { Door } from "./doors.ts";
import type { Problem } from "./problem.ts";
import { refusals } from "./refusals.ts";
import type { Request, Secrets, Source, Verdict } from "./sources/source.ts";
import { hmacSignature } from "./verify.ts";

/**
 * Why a request is not let in by its signature, undefined when it is. A sender with a way of its own is held to it;
 * all others need one where the path requires it: `X-Catchment-Signature: sha256=<hex HMAC-SHA256 of the body as sent>`.
 * A proof made with the secret `previous` counts where there is one: while a secret is changed, the sender still uses the
 * old one, or what it sent with it is under way.
 */
export function doubtOf(
  door: Pick<Door, "requiresSignature">,
  source: Source,
  request: Request,
  secrets: Secrets,
): Problem | undefined {
  if (source.verify === undefined && !door.requiresSignature) return undefined;
  const verify = source.verify ?? ownSignature;
  const verdict = verify(request, secrets);
  const isRotating = verdict === "wrong" && secrets(PREVIOUS) !== undefined;
  const last = isRotating ? verify(request, (name = PREVIOUS) => secrets(name)) : verdict;
  return last === "wrong" && source.verify === undefined ? refusals.badSignature : PROBLEMS[last];
}

/** Whether the signature of a request is looked at. */
export function isSigned(door: Door, source: Source): boolean {
  return door.requiresSignature || source.verify !== undefined;
}

const PREVIOUS = "previous";
const ownSignature = hmacSignature({ header: "x-catchment-signature", encoding: "hex", prefix: "sha256=" });

const PROBLEMS: Record<Verdict, Problem | undefined> = {
  right: undefined,
  wrong: refusals.notFromSender,
  stale: refusals.staleSignature,
  "no secret": refusals.noSecret,
};
