import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { Client } from "pg";
import { z } from "zod";

export type Machine = Record<string, string>;

/** What a reader must know before comparing numbers. */
export async function describeMachine(rootUrl: string): Promise<Machine> {
  const client = new Client({ connectionString: rootUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(
      "select name, setting from pg_settings where name = any ($1)",
      [["server_version", "fsync", "synchronous_commit", "shared_buffers", "full_page_writes"]],
    );
    const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
    const { rows: built } = await client.query<{ level: string }>(
      "select substring(setting from '-O\\S+') as level from pg_config() where name = 'CFLAGS'",
    );
    if (settings.get("fsync") !== "on" || settings.get("synchronous_commit") !== "on") {
      throw new Error("The server is not durable: its numbers would mean nothing.");
    }
    return {
      date: new Date().toISOString().slice(0, 10),
      cores: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      "one durable commit": `${(await commitMilliseconds(client)).toFixed(2)} ms`,
      PostgreSQL: `${settings.get("server_version")}, compiled with ${built[0]?.level ?? "?"}, fsync on, synchronous_commit on`,
      Node: process.version,
      ...versions(),
    };
  } finally {
    await client.end();
  }
}

/** Median of a one-row INSERT on one connection: what fsync costs here, which decides what coalescing gains. */
async function commitMilliseconds(client: Client): Promise<number> {
  await client.query("create table public.commit_probe (id int)");
  const times: number[] = [];
  for (let n = 0; n < 300; n += 1) {
    const before = performance.now();
    await client.query({ name: "probe", text: "insert into public.commit_probe values ($1)", values: [n] });
    times.push(performance.now() - before);
  }
  await client.query("drop table public.commit_probe");
  return times.toSorted((a, b) => a - b)[150] ?? Number.NaN;
}

function versions(): Machine {
  const named = ["express", "fastify", "graphile-worker", "pg"];
  return Object.fromEntries(named.map((name) => [name, versionOf(name)]));
}

/** From the lock file, since not every package shows its own package.json. */
function versionOf(name: string): string {
  return LOCK.packages[`node_modules/${name}`]?.version ?? "unknown";
}

const Lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });
const LOCK = Lock.parse(
  JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")),
);
