import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { withConnection } from "../postgres/connect.ts";
import { writeBulkFile } from "./bulk_file.ts";
import { bulkLimit } from "./bulk_limit.ts";
import { BulkResult } from "./bulk_order.ts";
import { startChild } from "./child.ts";
import type { BenchCluster, BenchDatabase } from "./cluster.ts";
import { cpuSeconds, meterCpu, serverCpuSeconds } from "./cpu.ts";
import { LoadResult, refuseFailures } from "./load.ts";
import { type Mode, perThousand, rate, rates, type Section, times } from "./section.ts";
import { ratio, spread } from "./statistics.ts";

/** B2: a CSV file into staging, against COPY with one statement, and against a POST a row. */
export async function benchBulk(cluster: BenchCluster, mode: Mode): Promise<Section> {
  const plan = mode.isFull
    ? { rounds: 3, rows: 1_000_000, seconds: 8 }
    : { rounds: 3, rows: 200_000, seconds: 3 };
  const folder = await mkdtemp(join(tmpdir(), "catchment-bench-file-"));
  try {
    const file = join(folder, "leads.csv");
    mode.log(`bulk: writing ${rate(plan.rows)} rows`);
    const columns = await writeBulkFile(file, plan.rows);
    const rounds: Round[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      mode.log(`bulk: round ${round} of ${plan.rounds}, ours`);
      const ours = await withCopy(cluster, (database) => measureOurs(cluster, database, file, plan.rows));
      mode.log(`bulk: round ${round} of ${plan.rounds}, limit`);
      const limit = await withCopy(cluster, ({ urls }) => bulkLimit(urls.superuser, file, columns));
      mode.log(`bulk: round ${round} of ${plan.rounds}, a POST a row`);
      const posts = await withCopy(cluster, (database) => measurePosts(database, plan.seconds));
      rounds.push({ ours, limit, posts });
    }
    return report(rounds, plan.rows);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Ours = { seconds: number; peakBytes: number; nodeCpu: number | null; postgresCpu: number | null };
type Round = { ours: Ours; limit: Awaited<ReturnType<typeof bulkLimit>>; posts: Posts };

async function withCopy<Result>(
  cluster: BenchCluster,
  work: (database: BenchDatabase) => Promise<Result>,
): Promise<Result> {
  const database = await cluster.copy();
  try {
    await withConnection(database.urls.superuser, (root) => root.query("checkpoint"));
    return await work(database);
  } finally {
    await database.drop();
  }
}

async function measureOurs(
  cluster: BenchCluster,
  { urls }: BenchDatabase,
  file: string,
  rows: number,
): Promise<Ours> {
  const child = startChild("bulk_ours.ts");
  try {
    const stop = meterCpu({
      node: () => cpuSeconds(child.pid),
      postgres: () => serverCpuSeconds(cluster.pid),
    });
    const { seconds, peakBytes, ...staged } = await child.ask({ workerUrl: urls.worker, file }, BulkResult);
    const used = stop();
    await checkRows(urls.superuser, rows);
    if (staged.rows !== rows) throw new Error(`${rows} rows were to be staged, and ${staged.rows} were.`);
    const share = (name: "node" | "postgres") => {
      const cpu = used.get(name) ?? null;
      return cpu === null ? null : cpu / rows;
    };
    return { seconds, peakBytes, nodeCpu: share("node"), postgresCpu: share("postgres") };
  } finally {
    await child.stop();
  }
}

/** Every row stands there once, with its key, its bytes and a trace of its own, and waits to be processed. */
async function checkRows(url: string, rows: number): Promise<void> {
  const found = await withConnection(url, (root) =>
    root.query<{ captures: number; keys: number; bodies: number }>(
      `select count(*)::int as captures, count(distinct captures.trace_id)::int as bodies,
              (select count(*)::int from app_private.capture_keys
                where capture_keys.idempotency_key = encode(capture_keys.body_hash, 'hex')) as keys
         from app_public.captures where captures.status = 'pending' and length(captures.body) = 540`,
    ),
  );
  const [counts] = found.rows;
  if (counts?.captures === rows && counts.keys === rows && counts.bodies === rows) return;
  throw new Error(`Not every row was stored once: ${JSON.stringify(counts)} of ${rows}.`);
}

type Posts = { one: number; many: number };

/** Rows a second that our own server takes from one connection that waits for each answer, and from 64. */
async function measurePosts({ urls }: BenchDatabase, seconds: number): Promise<Posts> {
  const [server, load] = [startChild("server_ours.ts"), startChild("load_process.ts")];
  try {
    const { port } = await server.ask(
      { apiUrl: urls.api, url: urls.superuser },
      z.object({ port: z.number() }),
    );
    const measure = async (connections: number) => {
      const order = { port, connections, firstNumber: connections * 1_000_000, warmupSeconds: 0.5, seconds };
      const result = await load.ask(order, LoadResult);
      refuseFailures("a POST a row", result);
      return result.rate;
    };
    return { one: await measure(1), many: await measure(64) };
  } finally {
    await Promise.all([server.stop(), load.stop()]);
  }
}

function report(rounds: Round[], rows: number): Section {
  const ours = rounds.map((round) => rows / round.ours.seconds);
  const limit = rounds.map((round) => rows / (round.limit.copySeconds + round.limit.insertSeconds));
  const one = rounds.map((round) => round.posts.one);
  const many = rounds.map((round) => round.posts.many);
  const megabytes = Math.max(...rounds.map((round) => round.ours.peakBytes)) / 1024 / 1024;
  const cpu = (of: (round: Round) => number | null) => perThousand(rounds.map(of));
  return {
    title: `B2 bulk: ${rate(rows)} CSV rows into staging`,
    columns: ["side", "rows/s", "CPU s/1,000: Node", "postgres"],
    rows: [
      [
        "Catchment import",
        rates(spread(ours)),
        cpu((round) => round.ours.nodeCpu),
        cpu((round) => round.ours.postgresCpu),
      ],
      ["limit: COPY, then one INSERT", rates(spread(limit)), "", ""],
      ["a POST a row, one after the other", rates(spread(one)), "", ""],
      ["a POST a row, 64 at a time", rates(spread(many)), "", ""],
    ],
    notes: [
      `Against the limit: ${times(ratio(ours, limit))}. The limit uses one connection, as psql would; ours two.`,
      `Against a POST a row: ${times(ratio(ours, one))}; against 64 at a time ${times(ratio(ours, many))}. Their rates are those of some seconds, not of all rows.`,
      `The importing process held at most ${megabytes.toFixed(0)} MB more than before it opened the file.`,
      "From opening the file (it is read twice: first to see that all of it is text) until the last row is durable.",
      "Checked: every row stands there once, under the key of its content, with a trace of its own.",
    ],
    data: { rows, rounds },
  };
}
