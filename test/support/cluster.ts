import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { bootstrap, rolePasswords } from "../../src/postgres/bootstrap.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { openScratch } from "../../src/postgres/scratch.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { createBiLogin } from "../../src/setup/bi_login.ts";
import { BI_PASSWORD } from "./acme.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** `key`: the passwords of the roles derive from it. */
    cluster: { superuserUrl: string; template: string; key: string };
  }
}

const TEMPLATE = "catchment_template";
const KEY = "the key of the test cluster, known to everybody";

/** One server for the whole run, holding a template with every migration applied, current included. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const scratch = await openScratch(log, await memoryFolder());
  try {
    const superuserUrl = scratch.server.superuserUrl("postgres");
    await makeTemplate(superuserUrl, log);
    project.provide("cluster", { superuserUrl, template: TEMPLATE, key: KEY });
    return scratch.close;
  } catch (error) {
    console.error(lines.join("\n"));
    await scratch.close();
    throw error;
  }
}

/** Where files are in memory, if there is enough of it: a copy of the template is a thousand files, ten times slower on a disk. */
async function memoryFolder(): Promise<string> {
  const free = await statfs("/dev/shm").then(
    ({ bavail, bsize }) => Math.min(bavail * bsize, process.availableMemory()),
    () => 0,
  );
  return free < ENOUGH ? tmpdir() : "/dev/shm";
}

const ENOUGH = 6 * 2 ** 30; // bytes; a whole run takes a fifth of them

async function makeTemplate(rootUrl: string, log: (line: string) => void): Promise<void> {
  const passwords = rolePasswords(KEY);
  const urls = await bootstrap({ rootUrl, database: TEMPLATE, passwords, log });
  await migrate({ ownerUrl: urls.owner, rootUrl, withCurrent: true, log });
  await applyFolder(urls.worker, fileURLToPath(new URL("../../examples/acme", import.meta.url)));
  await createBiLogin(rootUrl, TEMPLATE, "bi_de", BI_PASSWORD);
  // What applying asked for is no test's: each counts the jobs of its own.
  await withConnection(urls.worker, (worker) =>
    worker.query(
      "select from graphile_worker.complete_jobs(array(select jobs.id from graphile_worker.jobs))",
    ),
  );
  await withConnection(rootUrl, (root) => root.query(`alter database ${TEMPLATE} allow_connections false`));
}
