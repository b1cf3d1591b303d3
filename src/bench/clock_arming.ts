import { withConnection } from "../postgres/connect.ts";
import { startChild } from "./child.ts";
import type { BenchCluster } from "./cluster.ts";
import { type PipelineOrder, PipelineResult } from "./pipeline_order.ts";
import { type Mode, rates, type Section, times } from "./section.ts";
import { stageLeads } from "./stage_leads.ts";
import { ratio, spread } from "./statistics.ts";

/** What starting clocks takes from the pipeline: the same leads with policies and without, in turn. */
export async function benchArming(
  cluster: BenchCluster,
  { isFull, log }: Mode,
  plan = isFull ? { rounds: 7, seconds: 6, backlog: 60_000 } : { rounds: 3, seconds: 2, backlog: 16_000 },
): Promise<Section> {
  const staged = await cluster.copy();
  await stageLeads(staged.urls.api, plan.backlog);
  await withConnection(staged.urls.superuser, (client) => client.query("vacuum analyze"));
  const sides: { name: string; before: string; rates: number[] }[] = [
    { name: "with a clock a lead", before: "select", rates: [] },
    {
      name: "without any policy",
      before: "update app_public.sla_policies set is_active = false",
      rates: [],
    },
  ];
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const side of sides) {
      log(`clock: round ${round} of ${plan.rounds}, leads ${side.name}`);
      const database = await cluster.copy(staged.name);
      await withConnection(database.urls.superuser, (client) => client.query(side.before));
      const order = {
        side: "drain" as const,
        urls: database.urls,
        seconds: plan.seconds,
        postmaster: cluster.pid,
      };
      side.rates.push((await drain(order)).rate);
      await database.drop();
    }
  }
  await staged.drop();
  const [armed, bare] = sides;
  return {
    title: "B6 clock: what starting a clock costs the pipeline",
    columns: ["side", "leads/s"],
    rows: sides.map((side) => [side.name, rates(spread(side.rates))]),
    notes: [
      `With clocks ${times(ratio(armed?.rates ?? [], bare?.rates ?? []))} of the rate without: a batch starts its clocks by one statement, and asks for no job unless a deadline is near.`,
    ],
    data: { sides },
  };
}

/** In a process of its own, as B3. */
export async function drain(order: PipelineOrder): Promise<PipelineResult> {
  const child = startChild("pipeline_process.ts");
  try {
    return await child.ask(order, PipelineResult);
  } finally {
    await child.stop();
  }
}
