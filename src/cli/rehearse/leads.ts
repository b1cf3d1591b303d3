import type { LeadReport } from "../../pipeline/lead_report.ts";
import { countLeads, type LeadFilter, rehearseLeads } from "../../pipeline/rehearse_leads.ts";
import { misused } from "../outcome.ts";
import { say, sayJson, table } from "../output.ts";
import { makeProgress } from "../progress.ts";
import type { RehearseOptions } from "../rehearse.ts";
import { requireFilter } from "../require_filter.ts";
import { requireRevision } from "../revision.ts";
import { withWorkerPool } from "../worker_pool.ts";

/** Tells whose past leads would be under a revision, a draft or the one in force. Changes nothing, and locks nothing. */
export async function rehearseLeadsOf(options: RehearseOptions): Promise<void> {
  const filter = filterOf(options);
  const revision = options.revision ?? null;
  const report = await withWorkerPool("rehearse", async (pool) => {
    await requireFilter(pool, filter);
    await requireRevision(pool, revision);
    const total = await countLeads(pool, filter);
    const progress = makeProgress(total);
    let done = 0;
    try {
      return await rehearseLeads(pool, {
        filter,
        revision,
        onChunk: (leads) => {
          done += leads;
          progress.update(done, `${done} of ${total} leads rehearsed`);
        },
      });
    } finally {
      progress.stop();
    }
  });
  if (options.json) return sayJson(report);
  for (const line of describe(report)) say(line);
}

function filterOf(options: RehearseOptions): LeadFilter {
  const { path, territory, since, until, limit } = options;
  for (const name of ["captures", "kind", "violation", "trace", "contract", "folder"] as const) {
    if (options[name] !== undefined)
      throw misused(`--${name} is about captures: leave it out, or leave out --leads.`);
  }
  return {
    ...(path !== undefined && { path }),
    ...(territory !== undefined && { territory }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(limit !== undefined && { limit }),
  };
}

function describe(report: LeadReport): string[] {
  const ways = (list: LeadReport["owners"]) =>
    table(list.slice(0, SHOWN).map(({ from, to, leads }) => [`  ${from} → ${to}`, leads]));
  const reasons = (list: readonly { reason: string; leads: number }[]) =>
    table(list.slice(0, SHOWN).map(({ reason, leads }) => [`  ${reason}`, leads]));
  const load = report.load.map(({ owner, before, after }) => [
    `  ${owner}`,
    before.toLocaleString("en-US"),
    after.toLocaleString("en-US"),
  ]);
  return [
    `${report.leads} leads were rehearsed under revision ${report.revision}; nothing was changed.`,
    ...section("Other territories", ways(report.territories)),
    ...section("Other owners", ways(report.owners)),
    ...section("Load", load.length === 0 ? [] : table([["  owner", "before", "after"], ...load])),
    ...section("Held by the gate", reasons(report.held)),
    ...section("Would find nobody", reasons(report.nobody)),
    ...section(
      "Rules that never win",
      report.neverWinning.map((rule) => `  ${rule}`),
    ),
  ];
}

const SHOWN = 20;

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}
