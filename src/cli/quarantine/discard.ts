import { CHUNK, countSelected, selectChunk } from "../../pipeline/selection.ts";
import { withClient } from "../../postgres/pools.ts";
import { type FilterOptions, filterOf, refuseEverything } from "../filter.ts";
import { misused } from "../outcome.ts";
import { say, sayJson } from "../output.ts";
import { makeProgress } from "../progress.ts";
import { requireFilter } from "../require_filter.ts";
import { withWorkerPool } from "../worker_pool.ts";

/** Sets refused captures aside with a reason and closes their cases. */
export async function discard(
  ids: readonly string[],
  { reason, all, json, ...options }: FilterOptions & { reason: string; all?: true; json?: true },
): Promise<void> {
  const filter = filterOf(options, ids);
  refuseEverything(filter, all);
  const why = reason.trim();
  if (why === "" || why.length > 1000) throw misused("--reason says in 1 to 1,000 characters why.");
  const discarded = await withWorkerPool("quarantine", (pool) =>
    withClient(pool, async (client) => {
      await requireFilter(client, filter);
      const total = await countSelected(client, filter, "refused");
      const progress = makeProgress(total);
      let done = 0;
      try {
        for (let looked = 0, after: string | null = null; looked < total; ) {
          const size = Math.min(CHUNK, total - looked);
          const { captures, last } = await selectChunk(client, { filter, scope: "refused", after, size });
          if (last === null) break;
          after = last;
          looked += captures.length;
          const { rows } = await client.query<{ count: number }>(
            "select app_private.discard_captures($1, $2, now()) as count",
            [captures.map(({ id }) => id), why],
          );
          done += rows[0]?.count ?? 0;
          progress.update(looked, `${done} discarded`);
        }
      } finally {
        progress.stop();
      }
      return done;
    }),
  );
  if (json) sayJson({ discarded });
  else if (discarded === 0) say("0 were discarded: nothing of that is in quarantine.");
  else
    say(`${discarded} were discarded; \`catchment quarantine release --kind discarded\` brings them back.`);
}
