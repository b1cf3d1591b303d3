import type { ClientBase, Pool } from "pg";
import type { Refused } from "../../pipeline/judge.ts";
import { type JudgeChoice, type Judged, judgeAll, loadJudges } from "../../pipeline/judges.ts";
import { findPlaceless } from "../../pipeline/placeless.ts";
import { asReleased } from "../../pipeline/release.ts";
import { countSelected, type Filter, selectChunk } from "../../pipeline/selection.ts";
import { withClient } from "../../postgres/pools.ts";
import { contractChoice, type FilterOptions, filterOf } from "../filter.ts";
import { say, sayJson } from "../output.ts";
import { makeProgress } from "../progress.ts";
import { requireFilter } from "../require_filter.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { describeReasons, makeReasons, type Reasons } from "./verdicts.ts";

export type Revalidation = { judged: number; taken: number; refused: number; reasons: Reasons };

/** Judges refused captures again and tells what it would come to. Changes nothing, so it needs no `--all`. */
export async function revalidate(
  ids: readonly string[],
  options: FilterOptions & { contract?: number; json?: true },
): Promise<void> {
  const filter = filterOf(options, ids);
  const choice = contractChoice(options.contract, filter);
  const result = await withWorkerPool("quarantine", async (pool) => {
    await requireFilter(pool, filter);
    return walk(pool, filter, choice);
  });
  if (options.json) return sayJson(result);
  say(`${result.taken} of ${result.judged} would be taken, ${result.refused} refused. Nothing was changed.`);
  for (const line of describeReasons(result.reasons)) say(line);
}

async function walk(pool: Pool, filter: Filter, choice: JudgeChoice): Promise<Revalidation> {
  return withClient(pool, async (client) => {
    const judges = await loadJudges(client, choice);
    const total = await countSelected(client, filter, "refused");
    const progress = makeProgress(total);
    const reasons = makeReasons();
    let [judged, refused] = [0, 0];
    try {
      for (let after: string | null = null; judged < total; ) {
        const size = Math.min(500, total - judged);
        const chunk = await selectChunk(client, { filter, scope: "refused", after, size });
        if (chunk.last === null) break;
        after = chunk.last;
        const verdicts = judgeAll(chunk.captures.map(asReleased(filter)), judges);
        const found = [
          ...verdicts.flatMap(({ judgement }) => ("violations" in judgement ? [judgement] : [])),
          ...(await placeless(client, verdicts)),
        ];
        reasons.add(found);
        judged += chunk.captures.length;
        refused += found.length;
        progress.update(judged, `${judged} of ${total} judged`);
      }
    } finally {
      progress.stop();
    }
    return { judged, taken: judged - refused, refused, reasons: reasons.list() };
  });
}

/** What its contract takes and no territory would: the stages refuse it. */
async function placeless(client: ClientBase, judged: readonly Judged[]): Promise<Refused[]> {
  const arrivals = judged.flatMap(({ judgement, judge }) =>
    "attributes" in judgement
      ? [{ id: judgement.id, attributes: judgement.attributes, contractId: judge.id }]
      : [],
  );
  const ids = await findPlaceless(client, arrivals);
  return [...ids].map((id) => ({ id, kind: "no_territory", violations: [] }));
}
