import type { IncomingMessage } from "node:http";
import type { Admission, Admit } from "./admission.ts";
import { corsHeaders } from "./cors.ts";
import type { Door } from "./doors.ts";
import type { KeyHolder, Keys } from "./keys.ts";
import type { Problem } from "./problem.ts";
import { type Limit, rateHeaders } from "./rate_headers.ts";
import type { Rates, Subject } from "./rates.ts";
import { refusals } from "./refusals.ts";

/**
 * Who may send here now: first the key, which is 401 or 403 without costing anybody a token, then the rates of the
 * path and of the key, 429. Every answer carries what a browser and a client need to know about it.
 */
export function makeAdmit({ keys, rates }: { keys: Keys; rates: Rates }): Admit {
  return async (door, request) => {
    const cors = corsHeaders(door, request.headers.origin);
    const holder = await identify(keys, door, request);
    if (holder !== undefined && "status" in holder) return withHeaders(holder, cors);
    const admission = await spend(rates, limitsOf(door, holder));
    return withHeaders(admission, cors);
  };
}

async function identify(
  keys: Keys,
  door: Door,
  request: IncomingMessage,
): Promise<KeyHolder | Problem | undefined> {
  const holder = await keys.holderOf(request.headers.authorization);
  if (holder === "bad") return refusals.badApiKey;
  if (holder === undefined) return door.requiresKey ? refusals.badApiKey : undefined;
  return holder.pathIds.has(door.pathId) ? holder : refusals.keyMayNot;
}

function limitsOf(door: Door, holder: KeyHolder | undefined): { subject: Subject; limit: Limit }[] {
  const limits: { subject: Subject; limit: Limit }[] = [];
  if (door.rate !== null)
    limits.push({ subject: { kind: "path", id: door.pathId }, limit: { name: "path", ...door.rate } });
  if (holder?.rate != null)
    limits.push({ subject: { kind: "key", id: holder.keyId }, limit: { name: "key", ...holder.rate } });
  return limits;
}

/** One token of each bucket, or of none. */
async function spend(
  rates: Rates,
  limits: readonly { subject: Subject; limit: Limit }[],
): Promise<Admission | Problem> {
  const spent: { limit: Limit; remaining: number; retrySeconds: number }[] = [];
  const paid: Subject[] = [];
  for (const { subject, limit } of limits) {
    const { isAllowed, ...taken } = await rates.take(subject, limit);
    spent.push({ limit, ...taken });
    if (!isAllowed) {
      for (const other of paid) rates.giveBack(other);
      return withHeaders(refusals.tooMany, {
        ...rateHeaders(spent),
        "retry-after": String(Math.max(1, Math.ceil(taken.retrySeconds))),
      });
    }
    paid.push(subject);
  }
  return { headers: rateHeaders(spent) };
}

function withHeaders<Answer extends Admission | Problem>(
  answer: Answer,
  headers: Record<string, string>,
): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
