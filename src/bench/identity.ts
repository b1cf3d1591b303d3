import type { BenchCluster } from "./cluster.ts";
import { benchAccuracy } from "./identity_accuracy.ts";
import { benchIdentityBulk } from "./identity_bulk.ts";
import { benchLookup } from "./identity_lookup.ts";
import type { Mode, Section } from "./section.ts";

/** Who is who: how well, how fast for one, and how fast for many. */
export async function benchIdentity(cluster: BenchCluster, mode: Mode): Promise<Section[]> {
  return [
    await benchAccuracy(mode),
    await benchLookup(cluster, mode),
    await benchIdentityBulk(cluster, mode),
  ];
}
