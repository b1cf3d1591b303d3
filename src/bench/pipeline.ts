import { withConnection } from "../postgres/connect.ts";
import { prepareBacklog } from "./backlog.ts";
import { startChild } from "./child.ts";
import type { BenchCluster, BenchDatabase } from "./cluster.ts";
import { type PipelineOrder, PipelineResult } from "./pipeline_order.ts";
import { type Mode, perThousand, rates, type Section, times } from "./section.ts";
import { PREPARE_SKETCH } from "./sketch.ts";
import { ratio, spread } from "./statistics.ts";

/** B3: from staged to routed, against the same stages as one job a lead, and against bare writes. */
export async function benchPipeline(cluster: BenchCluster, mode: Mode): Promise<Section> {
  const plan = mode.isFull
    ? { rounds: 7, seconds: 6, backlog: 60_000, compared: 5_000 }
    : { rounds: 3, seconds: 2, backlog: 16_000, compared: 1_000 };
  mode.log(`pipeline: ${plan.compared} leads in batches and one by one must come out the same`);
  const { staged, same } = await prepareBacklog(cluster, plan);
  const sides: Side[] = SIDES.map((side) => ({ ...side, runs: [] }));
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const side of sides) {
      mode.log(`pipeline: round ${round} of ${plan.rounds}, ${side.name}`);
      const database = await cluster.copy(staged.name);
      side.runs.push(await measure(cluster, side, database, plan.seconds));
      await database.drop();
    }
  }
  await staged.drop();
  return report(sides, same);
}

/** `isWhole`: does all of the work, so its rows are checked. */
const SIDES = [
  { name: "Catchment, batches of 500, two at once", side: "drain", isWhole: true },
  { name: "graphile-worker, a job per lead, default", side: "default", isWhole: true },
  { name: "graphile-worker, a job per lead, tuned", side: "tuned", isWhole: true },
  { name: "limit: bare writes in batches of 500, two at once", side: "sketch", isWhole: false },
] as const;

type Side = (typeof SIDES)[number] & { runs: PipelineResult[] };

/** In a process of its own, which is ended: the local queue of graphile-worker 0.18 fails to stop under load. */
async function measure(
  cluster: BenchCluster,
  { name, side, isWhole }: Side,
  database: BenchDatabase,
  seconds: number,
): Promise<PipelineResult> {
  const { urls } = database;
  if (!isWhole) await withConnection(urls.superuser, (client) => client.query(PREPARE_SKETCH));
  const child = startChild("pipeline_process.ts");
  try {
    const order: PipelineOrder = { side, urls, seconds, postmaster: cluster.pid };
    const result = await child.ask(order, PipelineResult);
    if (isWhole) await checkRows(name, urls.superuser, result.counted);
    return result;
  } finally {
    await child.stop();
  }
}

/** Every lead that a side counted has its event and its decision, each new one its clock, and none was refused. */
async function checkRows(name: string, url: string, counted: number): Promise<void> {
  await withConnection(url, async (client) => {
    const { rows } = await client.query<{ counts: number[] }>(
      `select array[
         (select count(*) from app_public.captures where status = 'processed'),
         (select count(*) from app_public.source_events),
         (select count(*) from app_public.decisions),
         (select count(*) from app_public.captures where outcome = 'touch_added') + (select count(*) from app_public.clocks)
       ]::int[] as counts`,
    );
    const counts = rows[0]?.counts ?? [];
    if (counts.some((count) => count !== counted))
      throw new Error(`${name}: ${counted} were counted, ${counts} are there.`);
  });
}

function report(sides: Side[], same: Map<string, number>): Section {
  const measures = sides.map(({ name, runs }) => ({
    name,
    rate: runs.map((run) => run.rate),
    node: runs.map((run) => run.node),
    postgres: runs.map((run) => run.postgres),
  }));
  const [ours, ...others] = measures;
  if (ours === undefined) throw new Error("Nothing was measured.");
  const rows = [...same].map(([kind, count]) => `${count} ${kind.replace("_", " ")}`).join(", ");
  return {
    title: "B3 pipeline: staged to routed, triggers and audit on",
    columns: ["side", "leads/s", "CPU s/1,000: Node", "postgres"],
    rows: measures.map((side) => [
      side.name,
      rates(spread(side.rate)),
      perThousand(side.node),
      perThousand(side.postgres),
    ]),
    notes: [
      ...others.map((other) => `Against ${other.name}: ${times(ratio(ours.rate, other.rate))}.`),
      `Checked before timing: batches and the one-by-one path write the same ${rows}.`,
      "Checked after each run: every lead counted has its source event and its decision, each new one its clock.",
    ],
    data: { sides: measures, same: Object.fromEntries(same) },
  };
}
