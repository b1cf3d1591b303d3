import { type Indexed, indexLeads } from "../../pipeline/index_leads.ts";
import { CommandError, EXIT } from "../outcome.ts";
import { say, sayJson } from "../output.ts";
import { makeProgress } from "../progress.ts";
import { catchStopSignals } from "../stop_signals.ts";
import { withWorkerPool } from "../worker_pool.ts";

/** Makes leads findable by likeness that came before records for it were kept. */
export async function indexIdentity({ json }: { json?: true }): Promise<void> {
  const signals = catchStopSignals(() => process.exit(EXIT.failed));
  const sums: Indexed = { looked: 0, indexed: 0 };
  await withWorkerPool("identity", async (pool) => {
    const { rows } = await pool.query<{ leads: number }>(
      "select count(*)::int as leads from app_public.leads",
    );
    const progress = makeProgress(rows[0]?.leads ?? 0);
    try {
      await indexLeads(pool, ({ looked, indexed }) => {
        sums.looked += looked;
        sums.indexed += indexed;
        progress.update(sums.looked, `${sums.looked} leads looked at, ${sums.indexed} became findable`);
        if (signals.isAsked())
          throw new CommandError(EXIT.failed, `Stopped after ${sums.looked} leads. Run it again to go on.`);
      });
    } finally {
      progress.stop();
    }
    if (sums.indexed > 0) await pool.query("select app_private.refresh_match_statistics(now())");
  });
  if (json) return sayJson(sums);
  const number = (value: number) => value.toLocaleString("en-US");
  say(
    sums.indexed === 0
      ? `Nothing to do: all of ${number(sums.looked)} leads are findable.`
      : `${number(sums.indexed)} of ${number(sums.looked)} leads became findable.`,
  );
}
