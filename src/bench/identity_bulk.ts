import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { csvFormat } from "../cli/export/row_format.ts";
import { readPath } from "../cli/import/capture_path.ts";
import { openCheckpoint } from "../cli/import/checkpoint.ts";
import { openRows } from "../cli/import/open_rows.ts";
import { stageFile } from "../cli/import/stage_file.ts";
import { makeDrain } from "../pipeline/drain.ts";
import { withConnection } from "../postgres/connect.ts";
import { makePool } from "../postgres/pools.ts";
import type { BenchCluster } from "./cluster.ts";
import { cpuSeconds, meterCpu, serverCpuSeconds } from "./cpu.ts";
import { inventArrivals } from "./people/lead_stream.ts";
import { type Mode, rate, type Section } from "./section.ts";

/**
 * Arrivals of a file, a fifth of them of people who came before, from staged to routed by the worker's own way. Stopped
 * after a time in quick mode; the rate is then that of as many as were taken.
 */
export async function benchIdentityBulk(cluster: BenchCluster, { isFull, log }: Mode): Promise<Section> {
  const [arrivals, seconds] = isFull ? [1_000_000, 14_400] : [100_000, 90];
  const folder = await mkdtemp(join(tmpdir(), "catchment-bench-people-"));
  const database = await cluster.copy();
  try {
    log(`identity: staging ${rate(arrivals)} arrivals`);
    const file = join(folder, "people.csv");
    await pipeline(Readable.from(lines(arrivals)), createWriteStream(file));
    await stage(database.urls.worker, file);
    await withConnection(database.urls.superuser, (root) =>
      root.query(`alter database ${database.name} set track_functions = 'all'`),
    );
    log(`identity: resolving them, at most ${seconds} s`);
    const cpu = meterCpu({
      node: () => cpuSeconds(process.pid),
      postgres: () => serverCpuSeconds(cluster.pid),
    });
    const run = await resolve(database.urls.worker, seconds);
    const used = cpu();
    const found = await withConnection(database.urls.superuser, readOutcome);
    return report({ arrivals, ...run, cpu: Object.fromEntries(used), ...found });
  } finally {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Columns as the contract of the path `desk` knows them. */
const COLUMNS = [
  "first_name",
  "last_name",
  "email",
  "phone",
  "company",
  "street",
  "city",
  "country",
  "postal_code",
] as const;

function* lines(arrivals: number): Generator<string> {
  const { row } = csvFormat({ isRaw: true });
  yield `${COLUMNS.join(",")}\n`;
  for (const facts of inventArrivals(7, arrivals)) {
    const told = { ...facts, street: `${facts.house} ${facts.street}`.trim() };
    yield row(
      COLUMNS.map((column) => told[column]),
      [],
    );
  }
}

async function stage(workerUrl: string, name: string): Promise<void> {
  const path = await readPath({ owner: workerUrl, api: workerUrl, worker: workerUrl }, "desk");
  const { file, close } = await openRows(name, {});
  const checkpoint = await openCheckpoint(workerUrl, path.id, file.fingerprint);
  const pool = makePool(workerUrl, { max: 4, applicationName: "bench identity" });
  try {
    await stageFile({ pool, path, file, checkpoint, onBytes: () => {}, onBatch: async () => {} });
    await checkpoint.finish();
  } finally {
    await Promise.all([pool.end(), checkpoint.close(), close()]);
  }
}

/** Two batches of 500 side by side, as one worker does. */
async function resolve(workerUrl: string, atMost: number): Promise<{ taken: number; seconds: number }> {
  const pool = makePool(workerUrl, { max: 4, applicationName: "bench identity" });
  const drain = makeDrain({ pool, log: () => {} });
  const begun = performance.now();
  const timer = setTimeout(drain.stop, atMost * 1_000);
  try {
    const taken = await drain.run();
    return { taken, seconds: (performance.now() - begun) / 1_000 };
  } finally {
    clearTimeout(timer);
    await pool.end();
  }
}

type Outcome = { leads: number; refused: number; functions: { name: string; share: number }[] };

async function readOutcome(root: { query: Query }): Promise<Outcome> {
  const { rows } = await root.query(
    `select (select count(*)::int from app_public.leads) as leads,
            (select count(*)::int from app_public.captures where captures.status = 'quarantined') as refused`,
  );
  const { rows: functions } = await root.query(
    `select funcname as name, self_time / sum(self_time) over () as share
       from pg_stat_user_functions where schemaname = 'app_private' order by self_time desc limit 6`,
  );
  return {
    leads: Number(rows[0]?.leads),
    refused: Number(rows[0]?.refused),
    functions: functions.map(({ name, share }) => ({ name: String(name), share: Number(share) })),
  };
}

type Query = (text: string) => Promise<{ rows: Record<string, unknown>[] }>;

type Bulk = Outcome & {
  arrivals: number;
  taken: number;
  seconds: number;
  cpu: Record<string, number | null>;
};

function report(bulk: Bulk): Section {
  const { arrivals, taken, seconds, leads, refused, functions, cpu } = bulk;
  const perSecond = taken / seconds;
  const share = (name: string) => {
    const used = cpu[name];
    return used === null || used === undefined ? "–" : `${((used / seconds) * 100).toFixed(0)} %`;
  };
  const longest = functions.map(({ name, share: part }) => `${name} ${(part * 100).toFixed(0)} %`);
  return {
    title: `B10 identity: ${rate(arrivals)} arrivals in bulk, staged to routed`,
    columns: ["taken", "leads", "seconds", "arrivals/s", "processors: Node", "postgres"],
    rows: [[rate(taken), rate(leads), seconds.toFixed(0), rate(perSecond), share("node"), share("postgres")]],
    notes: [
      taken < arrivals
        ? `Stopped after ${seconds.toFixed(0)} s; a million would take ${(1_000_000 / perSecond / 60).toFixed(0)} minutes at this rate.`
        : "All of them were taken.",
      `${rate(refused)} had neither e-mail nor telephone and were refused.`,
      `Inside the database by function, without what it calls: ${longest.join(", ")}.`,
      "The goal of 60 s for a million is one of matching alone; here every arrival also becomes a routed lead with its events, decision, clock and audit.",
    ],
    data: bulk,
  };
}
