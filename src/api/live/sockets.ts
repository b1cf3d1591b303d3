import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type GrafservBase, makeGraphQLWSConfig } from "grafserv";
import { makeServer, type ServerOptions } from "graphql-ws";
import { GraphQLError, getOperationAST } from "postgraphile/graphql";
import { type WebSocket, WebSocketServer } from "ws";
import type { Allowance } from "../allowance.ts";
import type { Authenticate, Identity } from "../authenticate.ts";
import { whoseOf } from "../door.ts";
import { hearWhoReads, makeRoom } from "./room.ts";

export type LiveSockets = {
  /** For requests to `/graphql` that want to become a websocket. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Who speaks through this socket; undefined until they are let in. */
  who: (socket: WebSocket) => Identity | undefined;
  /** Tells everybody that the server goes away. */
  close: () => Promise<void>;
};

type Extra = { socket: WebSocket; request: IncomingMessage };

/**
 * Websockets of the protocol graphql-transport-ws, for subscriptions alone. Each speaks for whom it named when it opened,
 * in `connectionParams.authorization` or the header, and is closed when the time of that token is over.
 */
export function makeLiveSockets(options: {
  serv: GrafservBase;
  authenticate: Authenticate;
  allowance: Allowance;
  log: (line: string) => void;
}): LiveSockets {
  const { serv, authenticate, allowance, log } = options;
  const identities = new WeakMap<WebSocket, Identity>();
  const isKnown = (socket: WebSocket) => identities.has(socket);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES, perMessageDeflate: false });

  const config: ServerOptions<Record<string, unknown>, Extra> = makeGraphQLWSConfig(serv);
  const protocol = makeServer<Record<string, unknown>, Extra>({
    ...config,
    onConnect: async ({ connectionParams, extra: { socket, request } }) => {
      const who = await authenticate(authorizationOf(connectionParams, request)).catch((error: unknown) => {
        log(`live: nobody can be authenticated: ${error instanceof Error ? error.message : error}`);
        return null;
      });
      if (who === null) return socket.close(CODES.tryAgainLater, "Try again later");
      if (typeof who === "string") return socket.close(CODES.unauthorized, "Unauthorized");
      if (countOf(sockets, identities, who) >= MOST_EACH) return socket.close(CODES.tooMany, "Too many");
      identities.set(socket, who);
      closeInTime(socket, who);
      askAgain(socket, who, () => authenticate(authorizationOf(connectionParams, request)));
    },
    onSubscribe: async (connection, id, payload) => {
      const { socket, request } = connection.extra;
      if (allowance.take(whoseOf(identities.get(socket), request)) !== null) return [TOO_OFTEN];
      const prepared = await config.onSubscribe?.(connection, id, payload);
      if (prepared === undefined || Array.isArray(prepared) || !("document" in prepared)) return prepared;
      const operation = getOperationAST(prepared.document, prepared.operationName)?.operation;
      return operation === "query" || operation === "mutation" ? [ONLY_SUBSCRIPTIONS] : unending(prepared);
    },
  });

  sockets.on("connection", (socket: WebSocket, request: IncomingMessage) => {
    socket.on("error", () => socket.terminate()); // too large, no UTF-8: what a client may do is no news
    keepAlive(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve, reject) => socket.send(data, (error) => (error ? reject(error) : resolve()))),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on("message", (data) => {
            handle(String(data)).catch(() => socket.close(CODES.failed, "Something went wrong here"));
          }),
      },
      { socket, request },
    );
    socket.once("close", (code, reason) => void closed(code, String(reason)));
    hearWhoReads(socket, isKnown);
  });

  return {
    upgrade: (request, socket, head) => {
      if (!makeRoom(sockets.clients, MOST_SOCKETS, isKnown)) return refuse(socket);
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request));
    },
    who: (socket) => identities.get(socket),
    close: async () => {
      for (const socket of sockets.clients) socket.close(CODES.goingAway, "Going away");
      for (let waited = 0; sockets.clients.size > 0 && waited < 1_000; waited += 50) await pause(50);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

/** 4401 ends the client's own retries, 4403 does not: a new token may help. */
const CODES = {
  goingAway: 1001,
  tryAgainLater: 1013,
  unauthorized: 4401,
  forbidden: 4403,
  tooMany: 4429,
  failed: 4500,
};

export const FORBIDDEN = { code: CODES.forbidden, reason: "Forbidden" };

const MOST_BYTES = 200_000;
/** Of one actor, and of all together, in this process. */
const MOST_EACH = 20;
const MOST_SOCKETS = 2_000;
const PING_MS = 12_000;
const ASK_MS = 3_000;

const TOO_OFTEN = new GraphQLError("Too much in a short time. Wait a moment.", {
  extensions: { code: "RATE_LIMITED" },
});
const ONLY_SUBSCRIPTIONS = new GraphQLError("Only subscriptions come this way. Post everything else.", {
  extensions: { code: "BAD_INPUT" },
});

/**
 * Grafast counts the time of a request from its beginning, also for each event of a subscription: without this, whatever
 * comes after the time is up would be told as gone. Each statement of an event still has its own time-out.
 */
function unending<Args extends object>(args: Args): Args {
  if (!("resolvedPreset" in args && isPreset(args.resolvedPreset))) return args;
  const { grafast } = args.resolvedPreset;
  const { execution: _, ...timeouts } = grafast?.timeouts ?? {};
  return { ...args, resolvedPreset: { ...args.resolvedPreset, grafast: { ...grafast, timeouts } } };
}

function isPreset(value: unknown): value is GraphileConfig.ResolvedPreset {
  return typeof value === "object" && value !== null;
}

function authorizationOf(params: Record<string, unknown> | undefined, request: IncomingMessage) {
  const named = params?.authorization ?? params?.Authorization;
  return typeof named === "string" ? named : request.headers.authorization;
}

function countOf(sockets: WebSocketServer, identities: WeakMap<WebSocket, Identity>, who: Identity): number {
  return [...sockets.clients].filter((socket) => identities.get(socket)?.actorId === who.actorId).length;
}

function closeInTime(socket: WebSocket, { expiresAt }: Identity): void {
  if (expiresAt === null) return;
  const timer = setTimeout(
    () => socket.close(CODES.forbidden, "The token's time is over"),
    expiresAt - Date.now(),
  );
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}

/** A key that was revoked, a sign-in that was taken away, an actor switched off: what opened the socket must still do. */
function askAgain(
  socket: WebSocket,
  { actorId }: Identity,
  authenticate: () => ReturnType<Authenticate>,
): void {
  const timer = setInterval(() => {
    authenticate().then(
      (who) => {
        if (typeof who === "string" || who.actorId !== actorId)
          socket.close(CODES.forbidden, FORBIDDEN.reason);
      },
      () => {}, // nobody can tell now; what is announced is asked about by itself
    );
  }, ASK_MS);
  timer.unref();
  socket.once("close", () => clearInterval(timer));
}

/** A peer that vanished without a word is let go. */
function keepAlive(socket: WebSocket): void {
  let hasAnswered = true;
  socket.on("pong", () => {
    hasAnswered = true;
  });
  const timer = setInterval(() => {
    if (!hasAnswered) return socket.terminate();
    hasAnswered = false;
    socket.ping();
  }, PING_MS);
  timer.unref();
  socket.once("close", () => clearInterval(timer));
}

function refuse(socket: Duplex): void {
  socket.end(
    "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-length: 0\r\n\r\n",
  );
}
