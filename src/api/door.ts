import type { IncomingMessage } from "node:http";
import type { RequestHandler, Response } from "express";
import type { Allowance } from "./allowance.ts";
import type { Authenticate, Identity } from "./authenticate.ts";

/** Whom the door let in, by request. Who is not in it is nobody. */
export type Identities = WeakMap<IncomingMessage, Identity>;

/** By whose allowance a request goes; who names nobody shares that of their address. */
export function whoseOf(who: Identity | undefined, request: IncomingMessage | undefined): string {
  if (who?.keyId != null) return `key ${who.keyId}`;
  return who === undefined ? `address ${request?.socket.remoteAddress}` : `actor ${who.actorId}`;
}

/** Before GraphQL reads anything: a bad token is 401, when nobody can say whose it is 503, too much 429. */
export function makeDoor(options: {
  authenticate: Authenticate;
  identities: Identities;
  allowance: Allowance;
  log: (line: string) => void;
}): RequestHandler {
  const { authenticate, identities, allowance, log } = options;
  return async (request, response, next) => {
    try {
      const who = await authenticate(request.headers.authorization);
      if (who === "invalid") return sendProblem(response, UNAUTHORIZED);
      if (who === "forbidden") return sendProblem(response, FORBIDDEN);
      if (who !== "anonymous") identities.set(request, who);
      const wait = allowance.take(whoseOf(identities.get(request), request));
      if (wait === null) return next();
      sendProblem(response, { ...TOO_OFTEN, headers: { "retry-after": String(Math.ceil(wait)) } });
    } catch (error) {
      log(`graphql: nobody can be authenticated: ${error instanceof Error ? error.message : error}`);
      sendProblem(response, UNAVAILABLE);
    }
  };
}

type Problem = {
  status: number;
  slug: string;
  title: string;
  detail: string;
  headers: Record<string, string>;
};

const UNAUTHORIZED: Problem = {
  status: 401,
  slug: "unauthorized",
  title: "Unauthorized",
  detail: "The token is not one of this installation, or its time is over.",
  headers: { "www-authenticate": "Bearer" },
};
const FORBIDDEN: Problem = {
  status: 403,
  slug: "key-may-not",
  title: "Not with this key",
  detail: "This key may not read.",
  headers: {},
};
const TOO_OFTEN: Problem = {
  status: 429,
  slug: "too-often",
  title: "Too Many Requests",
  detail: "This actor asked for too much in a short time. Wait, or ask for less at a time.",
  headers: {},
};
const UNAVAILABLE: Problem = {
  status: 503,
  slug: "unavailable",
  title: "Service Unavailable",
  detail: "Nobody can tell now who this is. Try again.",
  headers: { "retry-after": "1" },
};

function sendProblem(response: Response, { status, slug, title, detail, headers }: Problem): void {
  response.status(status).set(headers).type("application/problem+json");
  response.send(JSON.stringify({ type: `urn:catchment:problem:${slug}`, title, status, detail }));
}
