import { benchArming } from "./clock_arming.ts";
import { benchTicks } from "./clock_ticks.ts";
import type { BenchCluster } from "./cluster.ts";
import { benchHeld } from "./held_snapshot.ts";
import type { Mode, Section } from "./section.ts";

/** B6 and B5: what deadlines cost that are not due, how late one is that is, and what a transaction held open takes away. */
export async function benchClock(cluster: BenchCluster, mode: Mode): Promise<Section[]> {
  return [
    ...(await benchTicks(cluster, mode)),
    await benchArming(cluster, mode),
    await benchHeld(cluster, mode),
  ];
}
