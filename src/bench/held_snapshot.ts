import { withConnection } from "../postgres/connect.ts";
import { drain } from "./clock_arming.ts";
import type { BenchCluster } from "./cluster.ts";
import { type Mode, rates, type Section, times } from "./section.ts";
import { stageLeads } from "./stage_leads.ts";
import { ratio, spread } from "./statistics.ts";

/** B5: the rate that the pipeline keeps while somebody holds a snapshot, so that nothing dead can be cleared away. */
export async function benchHeld(
  cluster: BenchCluster,
  { isFull, log }: Mode,
  plan = isFull ? { rounds: 3, seconds: 60, backlog: 240_000 } : { rounds: 1, seconds: 10, backlog: 40_000 },
): Promise<Section> {
  const staged = await cluster.copy();
  log(`held snapshot: staging ${plan.backlog} leads`);
  await stageLeads(staged.urls.api, plan.backlog);
  await withConnection(staged.urls.superuser, (client) => client.query("vacuum analyze"));
  const free: number[] = [];
  const held: number[] = [];
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const [name, found] of [
      ["free", free],
      ["held", held],
    ] as const) {
      log(`held snapshot: round ${round} of ${plan.rounds}, ${name}`);
      const database = await cluster.copy(staged.name);
      await withConnection(database.urls.superuser, async (client) => {
        if (name === "held") {
          await client.query("begin isolation level repeatable read");
          await client.query("select count(*) from app_public.leads"); // from here on it holds its snapshot
        }
        const order = {
          side: "drain" as const,
          urls: database.urls,
          seconds: plan.seconds,
          postmaster: cluster.pid,
        };
        found.push((await drain(order)).rate);
      });
      await database.drop();
    }
  }
  await staged.drop();
  return {
    title: `B5 held snapshot: the pipeline beside a transaction open for ${plan.seconds} s`,
    columns: ["side", "leads/s"],
    rows: [
      ["nobody holds a snapshot", rates(spread(free))],
      [`REPEATABLE READ held for ${plan.seconds} s`, rates(spread(held))],
    ],
    notes: [`Kept: ${times(ratio(held, free))} (goal: at least 0.9×).`],
    data: { free, held, seconds: plan.seconds },
  };
}
