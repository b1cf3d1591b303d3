import type { IncomingMessage } from "node:http";
import type { Log } from "../telemetry/log.ts";
import type { Arrival, Receipt } from "./arrival.ts";
import { keptHeaders, type Letter, sort } from "./arrivals_of.ts";
import { doubtOf, isSigned } from "./authenticity.ts";
import { inflate, readBody } from "./body.ts";
import type { Door } from "./doors.ts";
import { isUsableKey } from "./idempotency.ts";
import type { InFlight } from "./in_flight.ts";
import { nextPage } from "./next_page.ts";
import type { Problem } from "./problem.ts";
import { refusals, tooLarge, tooManyEvents } from "./refusals.ts";
import { type Answer, refuse } from "./respond.ts";
import type { makeHold } from "./room.ts";
import { MOST_EVENTS, type Request, type Secrets, type Source } from "./sources/source.ts";

/** One request at one door, and what is needed to take it in. */
export type Visit = {
  door: Door;
  source: Source;
  hold: ReturnType<typeof makeHold>;
  traceId: string;
  stage: (arrival: Arrival) => Promise<Receipt>;
  inFlight: InFlight;
  pathSecret: (slug: string) => string | undefined;
  publicUrl: (slug: string) => string;
  now: () => number;
  log: Log;
  mutes: (subject: string) => boolean;
};

/** Reads a request, proves who sent it, takes it apart and keeps it. The answer comes after the last commit. */
export async function take(request: IncomingMessage, visit: Visit): Promise<Answer> {
  const { door, source, hold } = visit;
  const { headers } = request;
  const clientKey = headers["idempotency-key"] ?? null;
  if (clientKey !== null && (typeof clientKey !== "string" || !isUsableKey(clientKey)))
    return refuse(refusals.badKey);
  const bytes = await readBytes(request, visit);
  if (bytes === "aborted") return { kind: "aborted" };
  if ("slug" in bytes) return refuse(bytes);

  if (source.handshake !== undefined || isSigned(door, source)) {
    const stopped = checkSender(requestOf(request, bytes, visit), visit);
    if (stopped !== undefined) return stopped;
  }
  const event = {
    body: bytes.body,
    contentType: headers["content-type"]?.slice(0, 255) ?? null,
    headers: keptHeaders(headers, source) ?? NO_HEADERS,
  };
  const refusal = source.refuses?.(event);
  if (refusal !== undefined) return refuse(refusal);
  if (!hold.takesPlace()) return refuse(refusals.busy);
  // After the proof, so that nobody holds up another's key.
  const leave = visit.inFlight.enter(door.pathId, clientKey);
  if (leave === undefined) return refuse(refusals.keyUnderWay);
  const isTest = headers["x-catchment-test"] === "true";
  const letter = { door, source, event, clientKey, traceId: visit.traceId, isTest };
  const answer = await keep(letter, visit).finally(leave);
  if (answer.kind !== "stored") return answer;
  const reply = nextPage(door, request) ?? source.reply?.(requestOf(request, bytes, visit), secretsOf(visit));
  return { ...answer, reply };
}

type Bytes = { sent: Buffer; body: Buffer };

const NO_HEADERS: Readonly<Record<string, string>> = {};
const NOTHING = Buffer.alloc(0);

async function readBytes(
  request: IncomingMessage,
  { door, hold }: Visit,
): Promise<Bytes | Problem | "aborted"> {
  if (request.method === "GET") return { sent: NOTHING, body: NOTHING };
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") return refusals.badEncoding;
  const limits = { maxBytes: door.maxBodyBytes, takesBytes: hold.takesBytes };
  const sent = await readBody(request, limits);
  if (sent === "aborted") return sent;
  if (typeof sent === "string") return refusalOf(sent, door);
  const body = encoding === "gzip" ? await inflate(sent, limits) : sent;
  return typeof body === "string" ? refusalOf(body, door) : { sent, body };
}

function secretsOf({ door, pathSecret }: Visit): Secrets {
  return (name) => pathSecret(name === undefined ? door.slug : `${door.slug}-${name}`);
}

/** Undefined: it goes on. Otherwise the answer, and nothing is stored. */
function checkSender(request: Request, visit: Visit): Answer | undefined {
  const { door, source } = visit;
  const secrets = secretsOf(visit);
  const reply = source.handshake?.(request, secrets);
  if (reply !== undefined) return { kind: "replied", reply };
  if (request.method === "GET") return refuse(refusals.noChallenge);
  const doubt = doubtOf(door, source, request, secrets);
  if (doubt === refusals.noSecret && !visit.mutes(door.slug)) {
    visit.log.error({ path: door.slug }, "This path has no secret: it refuses all.");
  }
  return doubt === undefined ? undefined : refuse(doubt);
}

/**
 * A request with several events is kept whole first, then event by event under its id: who repeats it after a
 * failure in between completes it, since all of them have keys.
 */
async function keep(letter: Letter, { stage, log }: Visit): Promise<Answer> {
  const sorted = sort(letter, (error) => {
    log.error(
      { err: error, path: letter.door.slug, traceId: letter.traceId },
      "A source failed on a request.",
    );
  });
  if (sorted.kind === "too many") return refuse(tooManyEvents(MOST_EVENTS));
  if (sorted.kind === "one") {
    const receipt = await stage(sorted.arrival);
    // Vendors write the same event differently when they repeat it; a client that does so is mistaken.
    const isFine = receipt.sameBody || sorted.isVendorsKey;
    return isFine ? { kind: "stored", receipt } : refuse(refusals.keyReused);
  }
  const receipt = await stage(sorted.whole);
  if (!receipt.sameBody) return refuse(refusals.keyReused);
  await Promise.all(sorted.partsOf(receipt.captureId).map((part) => stage(part)));
  return { kind: "stored", receipt, events: sorted.events };
}

function requestOf(
  request: IncomingMessage,
  { sent, body }: Bytes,
  { door, publicUrl, now }: Visit,
): Request {
  const { method = "", url = "", headers } = request;
  return { method, target: url, headers, sent, body, publicUrl: publicUrl(door.slug), now: now() };
}

function refusalOf(failure: "too large" | "no room" | "not gzip", door: Door): Problem {
  if (failure === "too large") return tooLarge(door.maxBodyBytes);
  return failure === "no room" ? refusals.busy : refusals.notGzip;
}
