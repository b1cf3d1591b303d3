import type { Pool } from "pg";
import { type JudgeChoice, loadJudges } from "../pipeline/judges.ts";
import { replayProcessed } from "../pipeline/replay.ts";
import { countSelected, type Filter } from "../pipeline/selection.ts";
import { withClient } from "../postgres/pools.ts";
import { contractChoice, type FilterOptions, filterOf, refuseEverything } from "./filter.ts";
import { say, sayJson, table } from "./output.ts";
import { makeProgress } from "./progress.ts";
import { type Release, releaseSelected } from "./quarantine/release.ts";
import { describeReasons } from "./quarantine/verdicts.ts";
import { requireFilter } from "./require_filter.ts";
import { withWorkerPool } from "./worker_pool.ts";

export type ReplayOptions = FilterOptions & {
  captures?: string[];
  contract?: number;
  all?: true;
  json?: true;
};

export type Replay = { looked: number; changed: number; keptAsRefused: number; quarantine: Release };

/** Does what `rehearse` tells, as far as it takes nothing away from anybody. Does nothing the second time. */
export async function replay(options: ReplayOptions): Promise<void> {
  const filter = filterOf(options, options.captures);
  refuseEverything(filter, options.all);
  const choice = contractChoice(options.contract, filter);
  const result = await withWorkerPool("replay", async (pool) => {
    await requireFilter(pool, filter);
    return replaySelected(pool, filter, choice);
  });
  if (options.json) return sayJson(result);
  for (const line of describe(result)) say(line);
}

async function replaySelected(pool: Pool, filter: Filter, choice: JudgeChoice): Promise<Replay> {
  const { judges, total } = await withClient(pool, async (client) => ({
    judges: await loadJudges(client, choice),
    total: await countSelected(client, filter, "processed"),
  }));
  const progress = makeProgress(total);
  const sums = { looked: 0, changed: 0, keptAsRefused: 0 };
  try {
    await replayProcessed(pool, filter, judges, (chunk) => {
      sums.looked += chunk.looked;
      sums.changed += chunk.changed;
      sums.keptAsRefused += chunk.keptAsRefused;
      progress.update(sums.looked, `${sums.looked} read again, ${sums.changed} changed`);
    });
  } finally {
    progress.stop();
  }
  const left = filter.limit === undefined ? {} : { limit: filter.limit - sums.looked };
  return { ...sums, quarantine: await releaseSelected(pool, { ...filter, ...left }, choice) };
}

function describe({ looked, changed, keptAsRefused, quarantine }: Replay): string[] {
  return [
    ...table([
      ["read again", looked],
      ["  changed", changed],
      ["  refused now, kept as they are", keptAsRefused],
      ["out of quarantine", quarantine.looked],
      ["  released", quarantine.released],
      ...(quarantine.cameBack > 0 ? [["    came back, refused by the stages", quarantine.cameBack]] : []),
      ["  still refused", quarantine.refused],
      ...(quarantine.pending > 0 ? [["  still on their way", quarantine.pending]] : []),
    ]),
    ...describeReasons(quarantine.reasons),
  ];
}
