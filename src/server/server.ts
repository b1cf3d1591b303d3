import { createServer, type IncomingMessage, type Server } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Express } from "express";
import { makeAdmit } from "../capture/admit.ts";
import { borrow } from "../capture/borrow.ts";
import { preflight } from "../capture/cors.ts";
import { loadDoors, makeDoors } from "../capture/doors.ts";
import { askForKey, type Keys, makeKeys } from "../capture/keys.ts";
import { loadSealedSecrets, makePathSecrets } from "../capture/path_secrets.ts";
import { askForTokens, makeRates } from "../capture/rates.ts";
import { makeDoor } from "../capture/receive.ts";
import { makeStager } from "../capture/stage.ts";
import { makePool } from "../postgres/pools.ts";
import type { Log } from "../telemetry/log.ts";
import { makeMetrics } from "../telemetry/metrics.ts";
import { tooOften } from "../telemetry/too_often.ts";
import { loadSurfaces } from "./key_surface.ts";
import { drain, listen } from "./listen.ts";
import { openapi } from "./openapi.ts";
import { makeOverview, type Overview } from "./overview.ts";
import { type Authenticate, makePages } from "./pages.ts";
import { readiness } from "./readiness.ts";

export type ServerOptions = {
  /** 0: any free one. */
  port: number;
  host: string;
  /** Of the login catchment_api. */
  apiUrl: string;
  /** Of the environment; it wins over a stored one. */
  pathSecret: (slug: string) => string | undefined;
  /** The installation's key, which opens stored secrets. Without it there are those of the environment alone. */
  key?: string;
  /** The address of a path that its sender was told; the path of the request alone when it is left out. */
  publicUrl?: (slug: string) => string;
  /** Milliseconds since 1970, for signatures that carry a time. */
  now?: () => number;
  log: Log;
  /** Adds the API before the server listens. */
  mountApi?: (app: Express, server: Server, holderOf: Keys["holderOf"]) => Promise<void>;
  /** Whether a request may become a websocket. Without it none may, and its offer is passed over. */
  isUpgrade?: (request: IncomingMessage) => boolean;
  /** When the server begins to stop: ends what would keep connections open. */
  hangUp?: () => Promise<void>;
  /** Null: nobody. Without it nobody is let in who is not local. */
  authenticate?: Authenticate;
  isMigrated?: () => Promise<boolean>;
  /** The server listens on loopback only. */
  isLocal: boolean;
};

/** Serves the doors, and express for everything else. `stop` finishes what is under way, for at most 10 s. */
export async function startServer(
  options: ServerOptions,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const { apiUrl, pathSecret, log } = options;
  const tell = (line: string) => log.warn(line);
  // Apart, so that reading never takes a connection from the doors.
  const stagePool = makePool(apiUrl, { max: 3, applicationName: "catchment doors", log: tell });
  const readPool = makePool(apiUrl, { max: 3, applicationName: "catchment pages", log: tell });
  const mutes = tooOften(1_000);
  const onFailure = (message: string) => (error: unknown, rows?: number) => {
    if (!mutes(message)) log.error({ err: error, rows }, message);
  };
  const readOverview = makeOverview(readPool, onFailure("The overview was not read."));
  const metrics = makeMetrics(() => readOverview().then(gauges, () => null));
  const stager = makeStager(stagePool, {
    onBatch: metrics.observeBatch,
    onFailure: onFailure("Captures were not stored."),
  });
  const secrets = makePathSecrets({
    fromEnvironment: pathSecret,
    key: options.key,
    load: () => loadSealedSecrets(readPool),
    onFailure: onFailure("The stored secrets were not read."),
  });
  const loadHouse = async () => {
    const [list] = await Promise.all([loadDoors(readPool), secrets.refresh()]);
    return list;
  };
  const doors = makeDoors(loadHouse, {
    onFailure: onFailure("The list of capture paths was not read."),
  });
  const keys = makeKeys(askForKey(readPool));
  const rates = makeRates(askForTokens(readPool), { onFailure: onFailure("The rates were not asked.") });
  const { publicUrl = (slug: string) => `/capture/${slug}`, now = Date.now } = options;
  const door = makeDoor({
    stage: stager.stage,
    doors,
    pathSecret: secrets.find,
    publicUrl,
    now,
    log,
    observe: metrics.observeCapture,
    admit: makeAdmit({ keys, rates }),
    preflight,
  });
  const closePools = async () => {
    await stager.close();
    // A database that hangs answers no farewell either.
    await Promise.race([Promise.all([stagePool.end(), readPool.end()]), pause(2_000, null, { ref: false })]);
  };

  const { app, close: closePages } = makePages({
    readOverview,
    readReadiness: () =>
      readiness({
        ping: () => borrow(readPool, 2_000, (client) => client.query("select 1")),
        isMigrated: options.isMigrated ?? (async () => true),
        readOverview,
      }),
    describe: async (authorization) => {
      const holder = await keys.holderOf(authorization);
      if (holder === "bad") return "bad key";
      return openapi(holder === undefined ? null : await loadSurfaces(readPool, holder.pathIds));
    },
    metrics,
    authenticate: options.authenticate ?? (async () => null),
    isLocal: options.isLocal,
    log,
  });
  let isStopping = false;
  const shouldUpgradeCallback = options.isUpgrade ?? (() => false);
  const server = createServer({ ...LIMITS, shouldUpgradeCallback }, (request, response) => {
    if (isStopping) response.setHeader("connection", "close");
    if (request.url?.startsWith("/capture/")) door(request, response);
    else app(request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = 0; // the size of the headers is limited; by count the last ones would vanish silently
  try {
    await options.mountApi?.(app, server, keys.holderOf);
    closePages();
    const port = await listen(server, options.port, options.host);
    const stop = async () => {
      isStopping = true;
      await options.hangUp?.();
      await drain(server, DRAIN_MS);
      await closePools();
    };
    return { port, stop };
  } catch (error) {
    await closePools();
    throw error;
  }
}

const LIMITS = { headersTimeout: 15_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };
const MAX_CONNECTIONS = 10_000;
const DRAIN_MS = 10_000;

function gauges(overview: Overview) {
  return {
    captures_pending: overview.pending,
    captures_quarantined: overview.quarantined,
    leads_unassigned: overview.unassigned,
    thresholds_due: overview.thresholdsDue,
    thresholds_late_seconds: overview.oldestDueSeconds ?? 0,
    notifications_due: overview.notificationsDue ?? 0,
    notifications_failed: overview.notificationsFailed ?? 0,
    exceptions_open: overview.exceptionsOpen,
  };
}
