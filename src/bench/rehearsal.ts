import { z } from "zod";
import { makeDrain } from "../pipeline/drain.ts";
import { makePool } from "../postgres/pools.ts";
import { timesToRouted } from "./chain.ts";
import { startChild } from "./child.ts";
import type { BenchCluster } from "./cluster.ts";
import { LoadResult, refuseFailures } from "./load.ts";
import { type Mode, milliseconds, rate, type Section, times } from "./section.ts";
import { stageLeads } from "./stage_leads.ts";
import { median, percentile, ratio, spread } from "./statistics.ts";

/**
 * What a rehearsal of 5,000 past captures costs those who arrive meanwhile, the same people first: from POST to the
 * commit of the routed lead at 500 a second, without and with rehearsals one after the other. Rounds alternate.
 */
export async function benchRehearsal(cluster: BenchCluster, { isFull, log }: Mode): Promise<Section> {
  const plan = { warmupSeconds: 3, seconds: isFull ? 30 : 10 };
  const rounds: Record<Side, Measured[]> = { alone: [], rehearsed: [] };
  for (let round = 1; round <= (isFull ? 3 : 2); round += 1) {
    for (const side of ["alone", "rehearsed"] as const) {
      log(`rehearsal: round ${round}, ${side}`);
      rounds[side].push(await measure(cluster, side, plan));
    }
  }
  return report(rounds);
}

type Side = "alone" | "rehearsed";
type Measured = { answered: number; p50: number; p99: number; max: number; took: number[] };

const PAST = 5_000;
const RATE = 500;

async function measure(
  cluster: BenchCluster,
  side: Side,
  plan: { warmupSeconds: number; seconds: number },
): Promise<Measured> {
  const database = await cluster.copy();
  const { superuser: url, api: apiUrl, worker: workerUrl } = database.urls;
  const [server, worker, load, rehearsal] = [
    startChild("server_ours.ts"),
    startChild("worker_ours.ts"),
    startChild("load_process.ts"),
    startChild("rehearsal_process.ts"),
  ];
  try {
    await arriveBefore(apiUrl, workerUrl);
    const { port } = await server.ask({ apiUrl }, z.object({ port: z.number() }));
    await worker.ask({ workerUrl }, z.object({}));
    const seconds = plan.warmupSeconds + plan.seconds;
    const rehearsing =
      side === "rehearsed"
        ? rehearsal.ask({ workerUrl, captures: PAST, seconds }, z.object({ took: z.array(z.number()) }))
        : Promise.resolve({ took: [] });
    rehearsing.catch(() => {}); // awaited below
    const result = await load.ask(
      { port, connections: 64, firstNumber: 0, ...plan, rate: RATE, isRecorded: true },
      LoadResult,
    );
    refuseFailures(side, result);
    const { took } = await rehearsing;
    const routed = await timesToRouted(url, result.arrivals);
    const at = (share: number) => percentile(routed, share);
    return { answered: result.answered, p50: at(0.5), p99: at(0.99), max: at(1), took };
  } finally {
    await Promise.all([load.stop(), server.stop(), worker.stop(), rehearsal.stop()]);
    await database.drop();
  }
}

/** The captures that are rehearsed: processed, with their leads. */
async function arriveBefore(apiUrl: string, workerUrl: string): Promise<void> {
  await stageLeads(apiUrl, PAST);
  const pool = makePool(workerUrl, { max: 4, applicationName: "bench" });
  try {
    await makeDrain({ pool, log: () => {} }).run();
  } finally {
    await pool.end();
  }
}

function report(rounds: Record<Side, Measured[]>): Section {
  const p99 = (side: Side) => rounds[side].map((round) => round.p99);
  const took = rounds.rehearsed.flatMap((round) => round.took);
  return {
    title: `Rehearsal of ${rate(PAST)} captures beside ${RATE} arrivals a second: capture to routed`,
    columns: ["side", "routed p50 ms", "p99", "max"],
    rows: (["alone", "rehearsed"] as const).map((side) => [
      side,
      milliseconds(spread(rounds[side].map((round) => round.p50))),
      milliseconds(spread(p99(side))),
      milliseconds(spread(rounds[side].map((round) => round.max))),
    ]),
    notes: [
      `p99 beside a rehearsal against without: ${times(ratio(p99("rehearsed"), p99("alone")))}.`,
      `${took.length} rehearsals ran, ${median(took).toFixed(1)} s each; every arrival was routed and is counted.`,
    ],
    data: { rounds },
  };
}
