import type { Pool } from "pg";
import { makeRecordErasures } from "../erasure/record.ts";
import { configure } from "./configuration.ts";
import { say, sayJson, table } from "./output.ts";
import { makeProgress } from "./progress.ts";
import { withWorkerPool } from "./worker_pool.ts";

type Due = { rule: string; subject: string; count: number; ids?: string[] };

/** Applies the rules of retention, or with `dryRun` only tells what they come to. */
export async function retention({ dryRun, json }: { dryRun?: true; json?: true }): Promise<void> {
  const { erasureLedger } = configure();
  const result = await withWorkerPool("retention", async (pool) => {
    const due = await readDue(pool);
    if (dryRun) return { due, dropped: [] };
    await applyAll(pool, due);
    const { rows } = await pool.query<{ name: string }>("select app_private.drop_captures(now()) as name");
    await makeRecordErasures(pool, erasureLedger)();
    return { due, dropped: rows.map(({ name }) => name) };
  });
  if (json)
    return sayJson(
      dryRun ? { rules: result.due } : { rules: result.due.map(withoutIds), dropped: result.dropped },
    );
  if (result.due.length === 0) return say("Nothing is past its time.");
  for (const line of table(result.due.map(({ rule, subject, count }) => [rule, subject, count]))) say(line);
  for (const name of result.dropped) say(`dropped ${name}`);
  say(dryRun ? "Nothing was changed." : "Done.");
}

async function readDue(pool: Pool): Promise<Due[]> {
  const { rows } = await pool.query<Due>(
    `select decided.slug as rule, decided.subject, count(*)::int as count, array_agg(decided.id) as ids
       from app_private.decide_retention(now(), 2147483647) as decided
      group by 1, 2 order by 1`,
  );
  return rows;
}

async function applyAll(pool: Pool, due: readonly Due[]): Promise<void> {
  const total = due.reduce((sum, { count }) => sum + count, 0);
  const progress = makeProgress(total);
  try {
    for (let [done, last] = [0, 1]; last > 0; done += last) {
      const { rows } = await pool.query<{ done: number }>(
        "select app_private.apply_retention(now(), $1) as done",
        [BATCH],
      );
      last = rows[0]?.done ?? 0;
      progress.update(done, `${done} of ${total}`);
    }
  } finally {
    progress.stop();
  }
}

function withoutIds({ ids: _, ...rest }: Due): Due {
  return rest;
}

/** Of each rule, in one transaction. */
const BATCH = 500;
