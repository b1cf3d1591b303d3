import { z } from "zod";
import { withConnection } from "../postgres/connect.ts";
import { type Child, startChild } from "./child.ts";
import type { BenchCluster, BenchDatabase } from "./cluster.ts";
import { cpuSeconds, meterCpu, serverCpuSeconds } from "./cpu.ts";
import { insertLimit } from "./insert_limit.ts";
import { type LoadOrder, LoadResult, refuseFailures } from "./load.ts";
import { type Mode, milliseconds, perThousand, rate, rates, type Section, times } from "./section.ts";
import { per, ratio, spread } from "./statistics.ts";

/** B1: POST of a lead, answered after its commit, against one INSERT a request. */
export async function benchCapture(cluster: BenchCluster, mode: Mode): Promise<Section> {
  const plan = mode.isFull
    ? { rounds: 7, warmupSeconds: 2, seconds: 8 }
    : { rounds: 3, warmupSeconds: 0.8, seconds: 2.2 };
  const load = startChild("load_process.ts");
  const sides: Side[] = [];
  try {
    mode.log("capture: the generator's limit");
    const limit = await generatorLimit(load);
    for (const kind of KINDS) sides.push(await openSide(cluster, kind));
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const side of sides) {
        mode.log(`capture: round ${round} of ${plan.rounds}, ${side.name}`);
        side.runs.push(await measure(cluster, side, load, plan));
      }
    }
    for (const side of sides) await checkRows(side);
    mode.log("capture: the limit without HTTP");
    const database = await cluster.copy();
    const inserts = await insertLimit(database.urls.superuser, mode.isFull ? 8 : 2.5);
    await database.drop();
    return report(sides, limit, inserts);
  } finally {
    await load.stop();
    for (const side of sides) await closeSide(side);
  }
}

const OURS = "Catchment";
/** `wakes`: the trigger on captures that asks for their processing, in the same transaction. */
const KINDS = [
  { name: OURS, module: "server_ours.ts", wakes: true },
  { name: "express, INSERT", module: "server_express.ts", wakes: false },
  { name: "fastify, INSERT", module: "server_fastify.ts", wakes: false },
  { name: "express, INSERT + wake-up", module: "server_express.ts", wakes: true },
] as const;

const CONNECTIONS = 64;

type Run = LoadResult & { serverCpu: number | null; postgresCpu: number | null; loadCpu: number | null };
type Side = { name: string; server: Child; port: number; database: BenchDatabase; sent: number; runs: Run[] };

const Started = z.object({ port: z.number() });

async function openSide(cluster: BenchCluster, kind: (typeof KINDS)[number]): Promise<Side> {
  const database = await cluster.copy();
  const { superuser, api } = database.urls;
  if (!kind.wakes) {
    await withConnection(superuser, (client) =>
      client.query("alter table app_public.captures disable trigger _500_wake_drain"),
    );
  }
  const server = startChild(kind.module);
  const { port } = await server.ask({ apiUrl: api, url: superuser }, Started);
  return { name: kind.name, server, port, database, sent: 0, runs: [] };
}

async function closeSide(side: Side): Promise<void> {
  await side.server.stop();
  await side.database.drop();
}

/** Far apart, so that no two runs of a side share a number. */
const NUMBERS_A_RUN = 1_000_000;

async function measure(
  cluster: BenchCluster,
  side: Side,
  load: Child,
  plan: { warmupSeconds: number; seconds: number },
): Promise<Run> {
  const stop = meterCpu({
    server: () => cpuSeconds(side.server.pid),
    postgres: () => serverCpuSeconds(cluster.pid),
    load: () => cpuSeconds(load.pid),
  });
  const firstNumber = side.runs.length * NUMBERS_A_RUN;
  const order: LoadOrder = { port: side.port, connections: CONNECTIONS, firstNumber, ...plan };
  const result = await load.ask(order, LoadResult);
  const used = stop();
  refuseFailures(side.name, result);
  side.sent += result.answered;
  const share = (name: "server" | "postgres" | "load") => per(used.get(name) ?? null, result.answered);
  return { ...result, serverCpu: share("server"), postgresCpu: share("postgres"), loadCpu: share("load") };
}

/** Equal guarantees: every answer stands in the database as a capture and a key, and nothing else does. */
async function checkRows(side: Side): Promise<void> {
  await withConnection(side.database.urls.superuser, async (client) => {
    const { rows } = await client.query<{ captures: number; keys: number; bytes: number }>(
      `select (select count(*)::int from app_public.captures) as captures,
              (select count(distinct capture_id)::int from app_private.capture_keys) as keys,
              (select count(*)::int from app_public.captures where length(body) = 540) as bytes`,
    );
    const { captures, keys, bytes } = rows[0] ?? {};
    if (captures !== side.sent || keys !== side.sent || bytes !== side.sent) {
      throw new Error(
        `${side.name}: ${side.sent} were answered, ${captures} captures and ${keys} keys are there.`,
      );
    }
  });
}

async function generatorLimit(load: Child): Promise<number> {
  const server = startChild("server_bare.ts");
  try {
    const { port } = await server.ask({}, Started);
    const order: LoadOrder = {
      port,
      connections: CONNECTIONS,
      firstNumber: 0,
      warmupSeconds: 0.5,
      seconds: 1.5,
    };
    return (await load.ask(order, LoadResult)).rate;
  } finally {
    await server.stop();
  }
}

function report(sides: Side[], generator: number, inserts: number): Section {
  const measures = sides.map(({ name, runs }) => ({
    name,
    rate: runs.map((run) => run.rate),
    p50: runs.map((run) => run.p50),
    p99: runs.map((run) => run.p99),
    server: runs.map((run) => run.serverCpu),
    postgres: runs.map((run) => run.postgresCpu),
    load: runs.map((run) => run.loadCpu),
  }));
  const [ours, ...peers] = measures;
  if (ours === undefined) throw new Error("Nothing was measured.");
  return {
    title: "B1 capture: POST to committed, 64 connections, 540 bytes",
    columns: ["side", "requests/s", "p50 ms", "p99 ms", "CPU s/1,000: server", "postgres", "load"],
    rows: measures.map((side) => [
      side.name,
      rates(spread(side.rate)),
      milliseconds(spread(side.p50)),
      milliseconds(spread(side.p99)),
      perThousand(side.server),
      perThousand(side.postgres),
      perThousand(side.load),
    ]),
    notes: [
      ...peers.map((peer) => {
        const p99 = ratio(ours.p99, peer.p99);
        return `Against ${peer.name}: ${times(ratio(ours.rate, peer.rate))} the rate at ${p99.median.toFixed(2)}× (${p99.min.toFixed(2)}–${p99.max.toFixed(2)}) the p99.`;
      }),
      `Limit of single-row INSERTs from 32 connections without HTTP: ${rate(inserts)}/s; ours is ${(spread(ours.rate).median / inserts).toFixed(2)}× that.`,
      `The generator against a bare node:http server that keeps nothing: ${rate(generator)}/s.`,
      "Checked: every 200 of every side stands in its database as one capture of 540 bytes and one key, and no other row does.",
    ],
    data: { generator, inserts, sides: measures },
  };
}
