import { setTimeout as pause } from "node:timers/promises";
import type { DatabaseUrls } from "../../postgres/instance.ts";
import { look } from "../organization.ts";

export type Outcome = { path: string; outcome: string; count: number };

/** What became of these captures, once none is pending, or after a minute of waiting. */
export async function waitForOutcomes(urls: DatabaseUrls, captureIds: string[]): Promise<Outcome[]> {
  const deadline = performance.now() + PATIENCE_MS;
  return look(urls, async (worker) => {
    for (;;) {
      const { rows } = await worker.query<Outcome>(OUTCOMES, [captureIds]);
      if (!rows.some(({ outcome }) => outcome === "pending") || performance.now() > deadline) return rows;
      await pause(100);
    }
  });
}

const PATIENCE_MS = 60_000;

const OUTCOMES = `
  select capture_paths.slug as path, count(*)::int as count,
         case when captures.status = 'quarantined' then 'quarantined: ' || replace(captures.outcome, '_', ' ')
              else coalesce(replace(captures.outcome, '_', ' '), captures.status) end as outcome
    from app_public.captures join app_public.capture_paths on capture_paths.id = captures.path_id
   where captures.id = any ($1)
   group by 1, 3 order by 1, 2 desc, 3`;
