import type { Pool } from "pg";
import { type JudgeChoice, loadJudges } from "../../pipeline/judges.ts";
import { releaseAll } from "../../pipeline/release.ts";
import { countSelected, type Filter } from "../../pipeline/selection.ts";
import { withClient } from "../../postgres/pools.ts";
import { contractChoice, type FilterOptions, filterOf, refuseEverything } from "../filter.ts";
import { say, sayJson } from "../output.ts";
import { makeProgress } from "../progress.ts";
import { requireFilter } from "../require_filter.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { drainReleased } from "./drain_released.ts";
import { describeReasons, makeReasons, type Reasons } from "./verdicts.ts";

export type Release = {
  looked: number;
  /** Sent through the stages by this run. */
  released: number;
  /** Of these, what the stages could not take, such as no_territory: in quarantine again. */
  cameBack: number;
  refused: number;
  reasons: Reasons;
  /** Released, by this run or an earlier one, and not through the stages yet: others hold them, or they wait for a vendor. */
  pending: number;
};

/** Sends refused captures that are taken now through the stages, with the time they came. Does nothing the second time. */
export async function release(
  ids: readonly string[],
  options: FilterOptions & { contract?: number; all?: true; json?: true },
): Promise<void> {
  const filter = filterOf(options, ids);
  refuseEverything(filter, options.all);
  const choice = contractChoice(options.contract, filter);
  const result = await withWorkerPool("quarantine", async (pool) => {
    await requireFilter(pool, filter);
    return releaseSelected(pool, filter, choice);
  });
  if (options.json) return sayJson(result);
  say(`${result.released} of ${result.looked} were released, ${result.refused} stay refused.`);
  if (result.looked === 0) say("Nothing of that is in quarantine: what was released before stays so.");
  for (const line of describeReasons(result.reasons)) say(line);
  if (result.cameBack > 0) {
    say(`${result.cameBack} of the released came back: \`catchment quarantine list\` says why.`);
  }
  if (result.pending > 0) say(`${result.pending} that were released are still on their way.`);
}

/** Also takes what an earlier run released and did not bring through, so that a killed one is made good. */
export async function releaseSelected(pool: Pool, filter: Filter, choice: JudgeChoice): Promise<Release> {
  const { judges, total, startedAt } = await withClient(pool, async (client) => ({
    judges: await loadJudges(client, choice),
    total: await countSelected(client, filter, "refused"),
    startedAt: (await client.query<{ now: string }>("select now()::text as now")).rows[0]?.now,
  }));
  const progress = makeProgress(total);
  const reasons = makeReasons();
  let [looked, released, refused] = [0, 0, 0];
  try {
    await releaseAll(pool, filter, judges, (chunk) => {
      looked += chunk.looked;
      released += chunk.released;
      refused += chunk.refused.length;
      reasons.add(chunk.refused);
      progress.update(looked, `${released} released, ${refused} refused`);
    });
    const pending = await drainReleased(pool, (left) => progress.update(total, `${left} on their way`));
    const cameBack = released === 0 ? 0 : await countCameBack(pool, startedAt);
    return { looked, released, cameBack, refused, reasons: reasons.list(), pending };
  } finally {
    progress.stop();
  }
}

async function countCameBack(pool: Pool, startedAt: string | undefined): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from app_public.captures
      where captures.status in ('quarantined', 'error') and captures.released_at >= $1`,
    [startedAt],
  );
  return rows[0]?.count ?? 0;
}
