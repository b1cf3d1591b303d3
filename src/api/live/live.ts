import type { Server } from "node:http";
import type { GrafservBase } from "grafserv";
import { withPgClientFromPgService } from "postgraphile/@dataplan/pg";
import { makePgService } from "postgraphile/adaptors/pg";
import type { WebSocket } from "ws";
import { makePool } from "../../postgres/pools.ts";
import type { Allowance } from "../allowance.ts";
import type { Authenticate, Identity } from "../authenticate.ts";
import { askDatabase } from "./ask.ts";
import { type Live, readTopic } from "./fields.ts";
import { makeHub } from "./hub.ts";
import { makeListener } from "./listener.ts";
import { ROOM_BYTES } from "./room.ts";
import { FORBIDDEN, type LiveSockets, makeLiveSockets } from "./sockets.ts";

/** Subscriptions over websockets: who is connected, what they follow, and how their rows are read. */
export function makeLive(options: { apiUrl: string; allowance: Allowance; log: (line: string) => void }) {
  const { apiUrl, allowance, log } = options;
  // Apart, so that however much is followed, requests find their connections.
  const pool = makePool(apiUrl, { max: 4, applicationName: "catchment live", log });
  const pgService = makePgService({ pool, schemas: ["app_public"], pubsub: false });
  const hub = makeHub({
    ask: askDatabase(pool),
    makeListener: (options) => makeListener({ ...options, url: apiUrl, log }),
    log,
  });
  let sockets: LiveSockets | null = null;

  const who = (socket: WebSocket | undefined): Identity | undefined =>
    socket === undefined ? undefined : sockets?.who(socket);

  const plugin: GraphileConfig.Plugin = {
    name: "CatchmentLivePoolPlugin",
    version: "1.0.0",
    after: ["PgContextPlugin"],
    grafast: {
      middleware: {
        prepareArgs(next, { args: { contextValue, requestContext } }) {
          const prepared = next();
          if (requestContext?.ws !== undefined && isObject(contextValue)) {
            Object.assign(contextValue, { withPgClient: withPgClientFromPgService.bind(null, pgService) });
          }
          return prepared;
        },
      },
    },
  };

  return {
    plugin,
    who,
    /** What subscription fields ask; null where no socket speaks for anybody. */
    of: (socket: WebSocket | undefined): Live | null => {
      const identity = who(socket);
      if (socket === undefined || identity === undefined) return null;
      const { actorId, keyId } = identity;
      return {
        subscribe: (topic) => {
          const { kind, asked } = readTopic(topic);
          return hub.follow({ actorId, keyId, asked }, kind, {
            hasRoom: () => socket.bufferedAmount < ROOM_BYTES,
            close: (why) =>
              why === "slow" ? socket.terminate() : socket.close(FORBIDDEN.code, FORBIDDEN.reason),
          });
        },
      };
    },
    attach: (server: Server, serv: GrafservBase, authenticate: Authenticate): void => {
      const attached = makeLiveSockets({ serv, authenticate, allowance, log });
      sockets = attached;
      // Before it, every request that would like another protocol became an upgrade as soon as somebody waits for one:
      // clients that offer HTTP/2 with each POST would lose their leads.
      if ("shouldUpgradeCallback" in server) server.on("upgrade", attached.upgrade);
      else log("live: subscriptions need Node 24.9 or newer");
    },
    hangUp: async (): Promise<void> => {
      await Promise.all([hub.stop(), sockets?.close()]);
    },
    release: async (): Promise<void> => {
      await pgService.release?.();
      await pool.end();
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
