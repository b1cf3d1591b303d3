import type { IncomingMessage, RequestListener } from "node:http";
import type { Log } from "../telemetry/log.ts";
import { tooOften } from "../telemetry/too_often.ts";
import type { Admit } from "./admission.ts";
import type { Arrival, Receipt } from "./arrival.ts";
import type { Door, Doors } from "./doors.ts";
import { makeInFlight } from "./in_flight.ts";
import type { Problem } from "./problem.ts";
import { refusals } from "./refusals.ts";
import { type Answer, refuse, respond, resultOf } from "./respond.ts";
import { makeHold, makeRoom, type Room } from "./room.ts";
import { sourceOf } from "./sources/registry.ts";
import type { Reply } from "./sources/source.ts";
import { take } from "./take.ts";
import { traceIdOf } from "./trace.ts";
import { Unavailable } from "./unavailable.ts";

export type DoorOptions = {
  stage: (arrival: Arrival) => Promise<Receipt>;
  doors: Doors;
  pathSecret: (slug: string) => string | undefined;
  log: Log;
  room?: Room;
  /** `result`: stored, known, replied, aborted, or the slug of the problem. `path`: empty for an unknown one. */
  observe?: (path: string, result: string, seconds: number) => void;
  /** The address of a path that its sender was told; the path of the request alone when it is left out. */
  publicUrl?: (slug: string) => string;
  /** Milliseconds since 1970. */
  now?: () => number;
  admit?: Admit;
  /** Answers an OPTIONS. Undefined: this path is not for browsers. */
  preflight?: (door: Door, request: IncomingMessage) => Problem | Reply | undefined;
};

/**
 * `/capture/:path`, on node:http without a framework in the way: keeps the raw bytes, answers after the commit.
 * Refuses only what is certainly not a lead; what cannot be read is kept too, and quarantined by its contract.
 */
export function makeDoor(options: DoorOptions): RequestListener {
  const house = {
    publicUrl: (slug: string) => `/capture/${slug}`,
    now: Date.now,
    ...options,
    room: options.room ?? makeRoom(),
    inFlight: makeInFlight(),
    mutes: tooOften(60_000),
  };
  return (request, response) => {
    const startedAt = performance.now();
    const traceId = traceIdOf(request.headers.traceparent);
    const hold = makeHold(house.room);
    let path = "";
    const arrive = async (): Promise<Answer> => {
      const door = await house.doors.find(slugOf(request.url));
      if (door === undefined) return refuse(refusals.unknownPath);
      path = door.slug;
      const source = sourceOf(door.protocol);
      if (request.method === "OPTIONS") return preflight(house.preflight?.(door, request));
      const takesGet = source.handshake !== undefined;
      if (request.method !== "POST" && !(takesGet && request.method === "GET")) {
        return refuse(takesGet ? refusals.notGetOrPost : refusals.notPost);
      }
      if (house.admit !== undefined) {
        const admission = await house.admit(door, request);
        if ("status" in admission) return refuse(admission);
        for (const [name, value] of Object.entries(admission.headers)) response.setHeader(name, value);
      }
      return take(request, { ...house, hold, door, source, traceId });
    };
    arrive()
      .catch((error) => refuse(failed(error, house.log, traceId)))
      .then((answer) => {
        hold.release();
        respond(response, answer, traceId);
        house.observe?.(path, resultOf(answer), (performance.now() - startedAt) / 1_000);
      });
  };
}

/** Slugs need no decoding: an encoded one is unknown. */
function slugOf(url = ""): string {
  return /^\/capture\/([^?]*)/.exec(url)?.[1] ?? "";
}

function preflight(answer: Problem | Reply | undefined): Answer {
  if (answer === undefined) return refuse(refusals.notPost);
  return "slug" in answer ? refuse(answer) : { kind: "replied", reply: answer };
}

/** Whoever staged has told the log already, once for the whole batch. */
function failed(error: unknown, log: Log, traceId: string): Problem {
  if (error instanceof Unavailable) return refusals.databaseAway;
  log.error({ err: error, traceId }, "A capture failed.");
  return refusals.notStored;
}
