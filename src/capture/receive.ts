import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Log } from "../telemetry/log.ts";
import { tooOften } from "../telemetry/too_often.ts";
import type { Arrival, Receipt } from "./arrival.ts";
import { inflate, readBody } from "./body.ts";
import type { Door, Doors } from "./doors.ts";
import { type Problem, sendProblem } from "./problem.ts";
import { refusals, tooLarge } from "./refusals.ts";
import { makeHold, makeRoom, type Room } from "./room.ts";
import { isSignedWith } from "./signature.ts";
import { traceIdOf } from "./trace.ts";
import { Unavailable } from "./unavailable.ts";

export type DoorOptions = {
  stage: (arrival: Arrival) => Promise<Receipt>;
  doors: Doors;
  pathSecret: (slug: string) => string | undefined;
  log: Log;
  room?: Room;
  /** `result`: stored, known, aborted, or the slug of the problem. `path`: empty for an unknown one. */
  observe?: (path: string, result: string, seconds: number) => void;
};

/**
 * `POST /capture/:path`, on node:http without a framework in the way: keeps the raw bytes, answers after the commit.
 * Refuses only what is certainly not a lead; what is not JSON is kept too, and quarantined by its contract.
 */
export function makeDoor(options: DoorOptions): RequestListener {
  const house = { ...options, room: options.room ?? makeRoom(), mutes: tooOften(60_000) };
  return (request, response) => {
    const startedAt = performance.now();
    const traceId = traceIdOf(request.headers.traceparent);
    const hold = makeHold(house.room);
    let path = "";
    const arrive = async (): Promise<Answer> => {
      if (request.method !== "POST") return refusals.notPost;
      const door = await house.doors.find(slugOf(request.url));
      if (door === undefined) return refusals.unknownPath;
      path = door.slug;
      return receive(request, { ...house, hold, door, traceId });
    };
    arrive()
      .catch((error) => failed(error, house.log, traceId))
      .then((answer) => {
        hold.release();
        if (answer !== "aborted") send(response, answer, traceId);
        house.observe?.(path, resultOf(answer), (performance.now() - startedAt) / 1_000);
      });
  };
}

type Answer = Receipt | Problem | "aborted";

type Visit = Pick<DoorOptions, "stage" | "pathSecret" | "log"> & {
  hold: ReturnType<typeof makeHold>;
  mutes: (subject: string) => boolean;
  door: Door;
  traceId: string;
};

async function receive(request: IncomingMessage, visit: Visit): Promise<Answer> {
  const { door, hold, traceId } = visit;
  const { headers } = request;
  const key = headers["idempotency-key"] ?? null;
  if (key !== null && (typeof key !== "string" || !USABLE_KEY.test(key))) return refusals.badKey;
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") return refusals.badEncoding;
  const secret = door.requiresSignature ? visit.pathSecret(door.slug) : undefined;
  if (door.requiresSignature && secret === undefined) {
    if (!visit.mutes(door.slug))
      visit.log.error({ path: door.slug }, "This path has no secret: it refuses all.");
    return refusals.noSecret;
  }

  const limits = { maxBytes: door.maxBodyBytes, takesBytes: hold.takesBytes };
  const sent = await readBody(request, limits);
  if (sent === "aborted") return sent;
  if (typeof sent === "string") return refusalOf(sent, door);
  if (secret !== undefined && !isSignedWith(secret, sent, headers["x-catchment-signature"])) {
    return refusals.badSignature;
  }
  const body = encoding === "gzip" ? await inflate(sent, limits) : sent;
  if (typeof body === "string") return refusalOf(body, door);
  if (!hold.takesPlace()) return refusals.busy;

  const receipt = await visit.stage({
    pathId: door.pathId,
    idempotencyKey: key,
    body,
    contentType: headers["content-type"]?.slice(0, 255) ?? null,
    traceId,
    isTest: headers["x-catchment-test"] === "true",
  });
  return receipt.sameBody ? receipt : refusals.keyReused;
}

const USABLE_KEY = /^[\x20-\x7e]{1,255}$/;

/** Slugs need no decoding: an encoded one is unknown. */
function slugOf(url = ""): string {
  return /^\/capture\/([^?]*)/.exec(url)?.[1] ?? "";
}

function refusalOf(failure: "too large" | "no room" | "not gzip", door: Door): Problem {
  if (failure === "too large") return tooLarge(door.maxBodyBytes);
  return failure === "no room" ? refusals.busy : refusals.notGzip;
}

/** Whoever staged has told the log already, once for the whole batch. */
function failed(error: unknown, log: Log, traceId: string): Problem {
  if (error instanceof Unavailable) return refusals.databaseAway;
  log.error({ err: error, traceId }, "A capture failed.");
  return refusals.notStored;
}

function send(response: ServerResponse, answer: Exclude<Answer, "aborted">, traceId: string): void {
  if (!("captureId" in answer)) {
    sendProblem(response, answer, traceId);
    return;
  }
  const status = answer.isNew ? "pending" : "known";
  const body = `{"captureId":"${answer.captureId}","traceId":"${answer.traceId}","status":"${status}"}`;
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}

function resultOf(answer: Answer): string {
  if (answer === "aborted") return answer;
  if (!("captureId" in answer)) return answer.slug;
  return answer.isNew ? "stored" : "known";
}
