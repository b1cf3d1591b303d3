import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Binaries, findBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { chooseDirectory } from "./data_directory.ts";
import { clearLeftover } from "./leftover.ts";
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
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const earlier = await readServerRecord(dataDir);
  refuseIfInUse(dataDir, earlier);
  const user = await chooseServerUser(join(dataDir, "postgres"));
  const binaries = await findBinaries(user, options.log);
  const directory = await chooseDirectory(dataDir, user, options.log);
  await ensureCluster({ ...options, durable: options.durable ?? true, directory, user, binaries });
  await clearLeftover(directory, options.log);
  const start = { ...options, dataDir, directory, user, binaries };

  // Another program may take the port between our look and the server's bind.
  let running = await launch(start, await freePort(earlier?.port ?? null));
  for (let trial = 0; running === null && trial < 5; trial += 1)
    running = await launch(start, await freePort(null));
  if (running === null) throw new Error("PostgreSQL found no free port on 127.0.0.1.");

  const { port } = running;
  let server = running.server;
  let isStopping = false;
  const restart = async () => {
    await server.stop();
    await clearLeftover(directory, options.log);
    const again = await launch(start, port);
    if (again === null) throw new Error(`Port ${port} was taken while PostgreSQL restarted.`);
    server = again.server;
  };
  const watchOver = async () => {
    for (;;) {
      await server.exited;
      if (isStopping) return;
      options.log("the embedded PostgreSQL ended by itself and is started again");
      await restart().catch((error) => options.log(`it did not start: ${asError(error).message}`));
      if (isStopping) return server.stop();
      if (server.exitCode() !== null) await pause(RETRY_MS, null, { ref: false });
    }
  };
  if (options.keepRunning) void watchOver();
  return {
    port,
    directory,
    superuserUrl: (database) => superuserUrl(options.password, port, database),
    stop: async () => {
      isStopping = true;
      await server.stop();
      await writeServerRecord(dataDir, { directory, port, node: null });
    },
    kill9: () => server.kill9(),
    restart,
  };
}

const RETRY_MS = 2_000;

type Start = EmbeddedOptions & { directory: string; user: ServerUser; binaries: Binaries };

/** Null when the port was taken. Any other failure quotes the end of the server's log. */
async function launch(start: Start, port: number): Promise<{ port: number; server: ServerProcess } | null> {
  const logFile = join(start.dataDir, "postgres.log");
  const sizeBefore = await roomInLog(logFile);
  const server = runServer({
    postgres: start.binaries.postgres,
    directory: start.directory,
    arguments: serverArguments({ port, durable: start.durable ?? true, settings: start.settings ?? {} }),
    user: start.user,
    logFile,
  });
  const record = { directory: start.directory, port };
  await writeServerRecord(start.dataDir, { ...record, node: process.pid });
  const ready = await becomesReady(server, superuserUrl(start.password, port, "postgres")).catch(asError);
  if (ready === true) return { port, server };
  await server.stop();
  await writeServerRecord(start.dataDir, { ...record, node: null });
  const lines = await saidSince(logFile, sizeBefore);
  if (ready !== false) throw withLog(ready.message, lines);
  if (/could not bind|Address already in use/.test(lines)) return null;
  throw withLog(`PostgreSQL ended with code ${server.exitCode()} while starting.`, lines);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function superuserUrl(password: string, port: number, database: string): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
