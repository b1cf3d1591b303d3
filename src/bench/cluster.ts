import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "../postgres/bootstrap.ts";
import { withConnection } from "../postgres/connect.ts";
import { startEmbedded } from "../postgres/embedded.ts";
import { postmasterPid } from "../postgres/leftover.ts";
import { migrate } from "../postgres/migrate.ts";
import { prepareDatabase } from "../postgres/prepare_database.ts";
import { identityOf } from "../postgres/processes.ts";
import { databaseUrl, rolePasswords, roleUrls } from "../postgres/role_urls.ts";
import { applyFolder } from "../setup/apply.ts";

export type BenchDatabase = {
  name: string;
  urls: { superuser: string; api: string; worker: string };
  drop: () => Promise<void>;
};

export type BenchCluster = {
  /** Of the postmaster; its backends are its children. */
  pid: number;
  rootUrl: string;
  /** A copy of the sample organization, or of another database that nobody is connected to. */
  copy: (from?: string) => Promise<BenchDatabase>;
  close: () => Promise<void>;
};

/**
 * A fresh server that loses nothing (fsync and synchronous_commit on), in a folder that goes with it. Commits are
 * stamped, so that the instant of each can be read afterwards.
 */
export async function openBenchCluster(log: (line: string) => void): Promise<BenchCluster> {
  await removeAbandoned();
  const dataDir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  await chmod(dataDir, 0o755); // under root the server is another user
  const settings = { track_commit_timestamp: "on" };
  const server = await startEmbedded({ dataDir, password: "bench", durable: true, settings, log });
  const close = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const rootUrl = server.superuserUrl("postgres");
    await prepareTemplate(rootUrl, log);
    const pid = (await postmasterPid(server.directory)) ?? 0;
    let made = 0;
    const copy = (from = TEMPLATE) => copyOf(rootUrl, from, `bench_${++made}`);
    return { pid, rootUrl, copy, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const PREFIX = "catchment-bench-";
const TEMPLATE = "bench_template";
const KEY = "the key of the bench, known to everybody";
const ACME = fileURLToPath(new URL("../../examples/acme", import.meta.url));

async function prepareTemplate(rootUrl: string, log: (line: string) => void): Promise<void> {
  const urls = await bootstrap({ rootUrl, database: TEMPLATE, passwords: rolePasswords(KEY), log });
  await migrate({ ownerUrl: urls.owner, rootUrl, withCurrent: true, log });
  await applyFolder(urls.worker, ACME);
}

async function copyOf(rootUrl: string, from: string, name: string): Promise<BenchDatabase> {
  await withConnection(rootUrl, (root) =>
    root.query(`create database ${name} template ${from} owner catchment_owner`),
  );
  await prepareDatabase(rootUrl, name);
  const { api, worker } = roleUrls(rootUrl, name, rolePasswords(KEY));
  return {
    name,
    urls: { superuser: databaseUrl(rootUrl, name), api, worker },
    drop: () =>
      withConnection(rootUrl, async (root) => {
        await root.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

/** A run that was killed could not remove its folder; the name says which process to ask for. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && identityOf(pid) === null) {
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {}); // another user's
    }
  }
}
