import { makeAuthenticate } from "../api/authenticate.ts";
import { loadDocuments } from "../api/documents.ts";
import { makeApi } from "../api/mount.ts";
import { makeSignIn } from "../api/sign_in.ts";
import { makeTokens } from "../api/tokens.ts";
import type { Config } from "../config.ts";
import { makeRecordErasures } from "../erasure/record.ts";
import {
  type DatabaseUrls,
  findInstance,
  openDatabase,
  updateInstance,
  useDatabase,
} from "../postgres/instance.ts";
import { ensureKey } from "../postgres/key.ts";
import { migrate } from "../postgres/migrate.ts";
import { makePool } from "../postgres/pools.ts";
import { whyNotListen } from "../server/listen.ts";
import { startServer } from "../server/server.ts";
import { applyFolder } from "../setup/apply.ts";
import { type Log, makeLog } from "../telemetry/log.ts";
import { startWorker } from "../worker/start_worker.ts";
import { addressOf, isLoopback } from "./address.ts";
import { ensureBiLogins } from "./bi_logins.ts";
import { configure } from "./configuration.ts";
import { firstSteps } from "./first_steps.ts";
import { isMigrated } from "./is_migrated.ts";
import { isEmpty, SAMPLE_FOLDER } from "./organization.ts";
import { EXIT, refused } from "./outcome.ts";
import { note, say } from "./output.ts";
import { readableLog } from "./readable_log.ts";
import { catchStopSignals } from "./stop_signals.ts";

export type Part = "api" | "worker";

/** Database, migrations, worker, API: in this order, and stopped in the opposite one. Runs until a signal comes. */
export async function start({ only }: { only?: Part }): Promise<void> {
  const config = configure();
  const running = only === "worker" ? null : await findInstance(config.dataDir);
  if (running !== null) throw refused(alreadyRuns(config, running));
  // Before a database is made or migrated for an instance that cannot be reached.
  const taken = only === "worker" ? null : await whyNotListen(config.port, config.host);
  if (taken !== null) throw refused(taken);
  const signals = catchStopSignals(endAtOnce);
  const log = makeLog(config.logLevel, process.stdout.isTTY ? readableLog(writeOut) : undefined);
  const house: House = { config, log, stops: [], only, isAsked: signals.isAsked, isStopping: false };
  try {
    await bringUp(house);
    await signals.asked;
    if (process.stdout.isTTY) say("stopping");
  } catch (error) {
    // What was cut short by the signal fails in its own way; that is no news.
    if (!signals.isAsked()) throw error;
  } finally {
    await stopAll(house);
  }
}

type House = {
  config: Config;
  log: Log;
  /** What is up, in order. */
  stops: (() => Promise<void>)[];
  only: Part | undefined;
  isAsked: () => boolean;
  isStopping: boolean;
};

async function bringUp(house: House): Promise<void> {
  const { config, log, stops, only, isAsked } = house;
  const tell = (line: string) => log.info(line);
  // A worker alone listens on nothing, so it takes no folder: it may run beside the instance there.
  const database = await (only === "worker" ? useDatabase : openDatabase)(config, tell);
  stops.push(database.stop);
  const { urls } = database;
  if (isAsked()) return;
  await migrate({ ownerUrl: urls.owner, log: tell });
  const key = await ensureKey(config);
  if (only !== "worker") await settle(house, urls, key);
  if (isAsked()) return;

  if (only !== "api") {
    const { pathSecret, vendorUrl, erasureLedger, notify } = config;
    const audit = { checkpoints: config.auditCheckpoints, key: config.auditKey ?? key };
    const ways = { pathSecret, key, vendorUrl, erasureLedger, audit, notify };
    const worker = await startWorker({ url: urls.worker, log: workerLog(house), ...ways });
    stops.push(worker.stop);
  }
  if (isAsked()) return;
  if (only === "worker") return say("ready");
  const port = await openDoors(house, urls, key);
  if (isAsked()) return;
  await updateInstance(config.dataDir, { port });
  say((await firstSteps(config, urls, port)).join("\n"));
}

/** The sample organization for who looks around; what an installation holds is its own business. */
async function settle({ config, log }: House, urls: DatabaseUrls, key: string): Promise<void> {
  const tell = (line: string) => log.info(line);
  if (config.environment !== "production" && (await isEmpty(urls))) {
    await applyFolder(urls.worker, SAMPLE_FOLDER, { appliedBy: "catchment start" });
    tell("applied the sample organization of examples/acme");
  }
  await ensureBiLogins(urls, key, tell);
}

async function openDoors(house: House, urls: DatabaseUrls, key: string): Promise<number> {
  const { log, stops } = house;
  const { host, port, pathSecret, publicUrl, environment } = house.config;
  const warn = warner(house);
  const tokens = makeTokens(key);
  const pool = makePool(urls.api, { max: 1, applicationName: "catchment pages", log: warn });
  stops.push(() => pool.end());
  const recordErasures = makeRecordErasures(pool, house.config.erasureLedger);
  const isDevelopment = environment !== "production";
  const { isFree, rate } = house.config.graphql;
  const documents = { known: await loadDocuments(), isFree };
  const signIn = house.config.oidc ? makeSignIn(house.config.oidc) : undefined;
  const poolerUrl = house.config.poolerUrl ?? undefined;
  const options = { apiUrl: urls.api, poolerUrl, tokens, signIn, isDevelopment, log: warn, recordErasures };
  const api = makeApi({ ...options, documents, rate });
  stops.push(api.release);
  const authenticate = makeAuthenticate({ pool, tokens, signIn });
  const server = await startServer({
    port,
    host,
    apiUrl: urls.api,
    pathSecret,
    key,
    publicUrl,
    log,
    mountApi: api.mount,
    isUpgrade: api.isUpgrade,
    hangUp: api.hangUp,
    authenticate: async (request) => {
      const who = await authenticate(request.headers.authorization);
      return typeof who === "string" ? null : who;
    },
    isMigrated: isMigrated(urls.owner),
    isLocal: isLoopback(host),
  });
  stops.push(server.stop);
  return server.port;
}

function workerLog(house: House) {
  return {
    line: warner(house),
    notification: (fields: object, message: string) => house.log.info(fields, message),
  };
}

/** While everything stops, connections are lost on purpose. */
function warner(house: House): (line: string) => void {
  return (line) => (house.isStopping ? house.log.debug(line) : house.log.warn(line));
}

/** Each gets its turn, whatever the one before it says. The doors close first, the worker next, the database last. */
async function stopAll(house: House): Promise<void> {
  const { stops, log } = house;
  house.isStopping = true;
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) => log.error({ err: error }, "Something did not stop in order."));
  }
}

/** The database sees the end of this process and shuts down by itself. */
function endAtOnce(): void {
  note("ended at once");
  process.exit(EXIT.failed);
}

function writeOut(text: string): void {
  process.stdout.write(text);
}

function alreadyRuns(config: Config, running: { pid: number; port: number }): string {
  return (
    `Catchment already runs in ${config.dataDir}: process ${running.pid}, ${addressOf(config.host, running.port)}. ` +
    "Stop it, or set CATCHMENT_DATA_DIR and PORT for a second one."
  );
}
