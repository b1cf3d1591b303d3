import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Binaries, findBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { chooseDirectory } from "./data_directory.ts";
import { clearLeftover } from "./leftover.ts";
import { makeDataDir } from "./make_data_dir.ts";
import { freePort } from "./port.ts";
import { becomesReady } from "./readiness.ts";
import { roomInLog, saidSince, withLog } from "./server_log.ts";
import { runServer, type ServerProcess } from "./server_process.ts";
import { readServerRecord, refuseIfInUse, writeServerRecord } from "./server_record.ts";
import { serverArguments } from "./server_settings.ts";
import { chooseServerUser, type ServerUser } from "./server_user.ts";

export type EmbeddedOptions = {
  dataDir: string;
  /** Of the superuser `postgres`. Written into the cluster when it is made, so later starts must bring the same. */
  password: string;
  /** False turns off everything that survives a crash of the machine: for tests. */
  durable?: boolean;
  settings?: Record<string, string>;
  /** Start it again when it ends by itself, for example killed for want of memory. */
  keepRunning?: boolean;
  log: (line: string) => void;
};

export type Embedded = {
  port: number;
  /** Where the data really is; not always inside `dataDir`. */
  directory: string;
  superuserUrl: (database: string) => string;
  stop: () => Promise<void>;
  /** For chaos tests: SIGKILL to the postmaster and its children. */
  kill9: () => Promise<void>;
  /** On the same port, so that pools find it again. */
  restart: () => Promise<void>;
};

/**
 * Starts the PostgreSQL of the npm package on 127.0.0.1, making the cluster at the first start. It ends with this
 * process. Refuses a folder whose server belongs to another process that is alive.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = resolve(options.dataDir);
  await makeDataDir(dataDir);
  const earlier = await readServerRecord(dataDir);
  refuseIfInUse(dataDir, earlier);
  const user = await chooseServerUser(join(dataDir, "postgres"));
  const binaries = await findBinaries(user, options.log);
  const directory = await chooseDirectory(dataDir, user, options.log);
  await ensureCluster({ ...options, durable: options.durable ?? true, directory, user, binaries });
  await clearLeftover(directory, options.log);
  // What is stopped while it starts is stopped too: a server is known from its first moment on.
  const stopping = new AbortController();
  let server: ServerProcess | null = null;
  const start: Start = {
    ...options,
    dataDir,
    directory,
    user,
    binaries,
    begun: (begun) => {
      server = begun;
      if (stopping.signal.aborted) void begun.stop();
    },
  };
  const current = (): ServerProcess => {
    if (server === null) throw new Error("No server was begun.");
    return server;
  };

  const port = await firstStart(start, earlier?.port ?? null);
  const restart = async () => {
    await current().stop();
    await clearLeftover(directory, options.log);
    if (!(await launch(start, port))) throw new Error(`Port ${port} was taken while PostgreSQL restarted.`);
  };
  const watchOver = async () => {
    for (;;) {
      await current().exited;
      if (stopping.signal.aborted) return;
      options.log("the embedded PostgreSQL ended by itself and is started again");
      await restart().catch((error) => {
        if (!stopping.signal.aborted) options.log(`it did not start: ${asError(error).message}`);
      });
      if (current().exitCode() !== null)
        await pause(RETRY_MS, null, { ref: false, signal: stopping.signal }).catch(() => {});
    }
  };
  const watching = options.keepRunning ? watchOver() : null;
  return {
    port,
    directory,
    superuserUrl: (database) => superuserUrl(options.password, port, database),
    stop: async () => {
      stopping.abort();
      await current().stop();
      await watching; // a start that had begun meanwhile
      await writeServerRecord(dataDir, { directory, port, node: null });
    },
    kill9: () => current().kill9(),
    restart,
  };
}

/** The port it got. Another program may take the port between our look and the server's bind. */
async function firstStart(start: Start, earlier: number | null): Promise<number> {
  let port = await freePort(earlier);
  for (let trial = 0; trial < 6; trial += 1) {
    if (await launch(start, port)) return port;
    port = await freePort(null);
  }
  throw new Error("PostgreSQL found no free port on 127.0.0.1.");
}

const RETRY_MS = 2_000;

type Start = EmbeddedOptions & {
  directory: string;
  user: ServerUser;
  binaries: Binaries;
  begun: (server: ServerProcess) => void;
};

/** False when the port was taken. Any other failure quotes the end of the server's log. */
async function launch(start: Start, port: number): Promise<boolean> {
  const logFile = join(start.dataDir, "postgres.log");
  const sizeBefore = await roomInLog(logFile);
  const server = runServer({
    postgres: start.binaries.postgres,
    directory: start.directory,
    arguments: serverArguments({ port, durable: start.durable ?? true, settings: start.settings ?? {} }),
    user: start.user,
    logFile,
  });
  start.begun(server);
  const record = { directory: start.directory, port };
  await writeServerRecord(start.dataDir, { ...record, node: process.pid });
  const ready = await becomesReady(server, superuserUrl(start.password, port, "postgres")).catch(asError);
  if (ready === true) return true;
  await server.stop();
  await writeServerRecord(start.dataDir, { ...record, node: null });
  const lines = await saidSince(logFile, sizeBefore);
  if (ready !== false) throw withLog(ready.message, lines);
  if (/could not bind|Address already in use/.test(lines)) return false;
  throw withLog(`PostgreSQL ended with code ${server.exitCode()} while starting.`, lines);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function superuserUrl(password: string, port: number, database: string): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
