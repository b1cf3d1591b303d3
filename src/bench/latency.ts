import { z } from "zod";
import { withConnection } from "../postgres/connect.ts";
import { chainRate, timesToRouted } from "./chain.ts";
import { type Child, startChild } from "./child.ts";
import type { BenchCluster } from "./cluster.ts";
import { cpuSeconds, meterCpu, serverCpuSeconds } from "./cpu.ts";
import { LoadResult, refuseFailures } from "./load.ts";
import { type Mode, perThousand, rate, type Section } from "./section.ts";
import { per, percentile } from "./statistics.ts";

/** B4: from POST to the commit of the routed lead, at half the rate that the whole chain sustains. */
export async function benchLatency(cluster: BenchCluster, mode: Mode): Promise<Section> {
  const plan = { warmupSeconds: 3, seconds: mode.isFull ? 60 : 15 };
  const measured: Measured[] = [];
  for (const side of SIDES) {
    mode.log(`latency: what ${side.name} sustains`);
    const sustained = await withChain(cluster, side, (chain) => chainRate(chain, side.probe));
    const half = Math.floor(sustained / 2);
    mode.log(`latency: ${side.name} at ${half}/s for ${plan.warmupSeconds + plan.seconds} s`);
    measured.push(
      await withChain(cluster, side, (chain) =>
        steady(cluster, chain, { ...plan, sustained, half, name: side.name }),
      ),
    );
  }
  return report(measured);
}

/** `wakeUp`: sent to the database before. `probe`: seconds of full load, shorter where the backlog drains slowly. */
const SIDES = [
  { name: "Catchment", worker: "worker_ours.ts", wakeUp: "select", probe: 6 },
  {
    name: "graphile-worker, a job per lead",
    worker: "worker_jobs.ts",
    wakeUp: `
      create function public.a_job_per_lead() returns trigger language plpgsql security definer as $$
      begin
        perform graphile_worker.add_job('route_one', json_build_object('captureId', arrived.id)) from arrived order by arrived.id;
        return null;
      end $$;
      drop trigger _500_wake_drain on app_public.captures;
      create trigger _500_a_job_per_lead after insert on app_public.captures
        referencing new table as arrived for each statement execute function public.a_job_per_lead();`,
    probe: 0.5,
  },
];

export type Chain = { url: string; port: number; load: Child; server: Child; worker: Child };
type Measured = Awaited<ReturnType<typeof steady>>;

/** Server, worker and load, each a process of its own, on a database of their own. */
async function withChain<Result>(
  cluster: BenchCluster,
  side: (typeof SIDES)[number],
  work: (chain: Chain) => Promise<Result>,
): Promise<Result> {
  const database = await cluster.copy();
  const { superuser: url, api: apiUrl, worker: workerUrl } = database.urls;
  const [server, worker, load] = [
    startChild("server_ours.ts"),
    startChild(side.worker),
    startChild("load_process.ts"),
  ];
  try {
    await withConnection(url, (client) => client.query(side.wakeUp));
    const { port } = await server.ask({ apiUrl }, z.object({ port: z.number() }));
    await worker.ask({ workerUrl }, z.object({}));
    return await work({ url, port, load, server, worker });
  } finally {
    await Promise.all([load.stop(), server.stop(), worker.stop()]);
    await database.drop();
  }
}

async function steady(
  cluster: BenchCluster,
  chain: Chain,
  plan: { name: string; warmupSeconds: number; seconds: number; sustained: number; half: number },
) {
  const stop = meterCpu({
    server: () => cpuSeconds(chain.server.pid),
    worker: () => cpuSeconds(chain.worker.pid),
    postgres: () => serverCpuSeconds(cluster.pid),
    load: () => cpuSeconds(chain.load.pid),
  });
  const { warmupSeconds, seconds } = plan;
  const order = {
    port: chain.port,
    connections: 64,
    firstNumber: 0,
    warmupSeconds,
    seconds,
    rate: plan.half,
    isRecorded: true,
  };
  const result = await chain.load.ask(order, LoadResult);
  const used = stop();
  refuseFailures(plan.name, result);
  const routed = await timesToRouted(chain.url, result.arrivals);
  const share = (name: "server" | "worker" | "postgres" | "load") =>
    per(used.get(name) ?? null, result.answered);
  return {
    name: plan.name,
    sustained: plan.sustained,
    rate: result.rate,
    answered: { p50: result.p50, p99: result.p99 },
    routed: {
      count: routed.length,
      p50: percentile(routed, 0.5),
      p99: percentile(routed, 0.99),
      max: percentile(routed, 1),
    },
    cpu: {
      server: share("server"),
      worker: share("worker"),
      postgres: share("postgres"),
      load: share("load"),
    },
  };
}

function report(measured: Measured[]): Section {
  return {
    title: "B4 capture to routed: at half the rate that the chain sustains",
    columns: [
      "side",
      "sustains/s",
      "load/s",
      "answered p50 ms",
      "p99",
      "routed p50 ms",
      "p99",
      "max",
      "CPU s/1,000: server",
      "worker",
      "postgres",
      "load",
    ],
    rows: measured.map(({ name, sustained, rate: load, answered, routed, cpu }) => [
      name,
      rate(sustained),
      rate(load),
      answered.p50.toFixed(1),
      answered.p99.toFixed(1),
      routed.p50.toFixed(1),
      routed.p99.toFixed(1),
      routed.max.toFixed(1),
      perThousand([cpu.server]),
      perThousand([cpu.worker]),
      perThousand([cpu.postgres]),
      perThousand([cpu.load]),
    ]),
    notes: [
      `Every one of ${measured.map(({ routed }) => routed.count.toLocaleString("en-US")).join(" and ")} arrivals was routed and is counted.`,
      "From when a request was due to be sent until PostgreSQL's own stamp of the commit that routed it (pg_xact_commit_timestamp of the capture's row), which is taken just before that commit is flushed.",
    ],
    data: { sides: measured },
  };
}
