import { withConnection } from "../postgres/connect.ts";
import type { BenchCluster, BenchDatabase } from "./cluster.ts";
import { checkSameResult } from "./same_result.ts";
import { stageLeads } from "./stage_leads.ts";

/**
 * A database of staged leads with a waiting job for each, to be copied for every run, after proof that batches do
 * what the single path does.
 */
export async function prepareBacklog(
  cluster: BenchCluster,
  plan: { backlog: number; compared: number },
): Promise<{ staged: BenchDatabase; same: Map<string, number> }> {
  const few = await stagedDatabase(cluster, plan.compared);
  const [batchwise, singly] = [await cluster.copy(few.name), await cluster.copy(few.name)];
  const same = await checkSameResult(batchwise.urls, singly.urls);
  for (const database of [few, batchwise, singly]) await database.drop();
  const staged = await stagedDatabase(cluster, plan.backlog);
  return { staged, same };
}

async function stagedDatabase(cluster: BenchCluster, count: number): Promise<BenchDatabase> {
  const database = await cluster.copy();
  await stageLeads(database.urls.api, count);
  await withConnection(database.urls.worker, (client) =>
    client.query(
      `select count(*) from (
         select graphile_worker.add_job('route_one', json_build_object('captureId', captures.id))
           from app_public.captures order by captures.id) as jobs`,
    ),
  );
  await withConnection(database.urls.superuser, (client) => client.query("vacuum analyze"));
  return database;
}
