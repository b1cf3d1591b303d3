import type { BenchCluster } from "./cluster.ts";
import { benchFairness } from "./fairness.ts";
import type { Mode, Section } from "./section.ts";
import { benchTerritoryRules } from "./territory_rules.ts";

/** Where a lead belongs, and whose it is. */
export async function benchRouting(cluster: BenchCluster, mode: Mode): Promise<Section[]> {
  return [await benchTerritoryRules(cluster, mode), await benchFairness(cluster, mode)];
}
