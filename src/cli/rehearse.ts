import { resolve } from "node:path";
import type { Pool } from "pg";
import type { Change, Differences } from "../pipeline/differences.ts";
import { type JudgeChoice, loadJudges } from "../pipeline/judges.ts";
import { rehearse } from "../pipeline/rehearse.ts";
import { countSelected, type Filter } from "../pipeline/selection.ts";
import { withClient } from "../postgres/pools.ts";
import { readSetup } from "../setup/read.ts";
import { contractChoice, type FilterOptions, filterOf } from "./filter.ts";
import { misused } from "./outcome.ts";
import { say, sayJson, table } from "./output.ts";
import { makeProgress } from "./progress.ts";
import { describeReasons } from "./quarantine/verdicts.ts";
import { rehearseLeadsOf } from "./rehearse/leads.ts";
import { requireFilter } from "./require_filter.ts";
import { requireRevision } from "./revision.ts";
import { withWorkerPool } from "./worker_pool.ts";

export type RehearseOptions = FilterOptions & {
  captures?: string[];
  /** Leads instead of captures. */
  leads?: true;
  territory?: string;
  contract?: number;
  revision?: number;
  folder?: string;
  json?: true;
};

/** Tells what would become of past captures under another contract or other rules. Changes nothing, and locks nothing. */
export async function rehearseCaptures(options: RehearseOptions): Promise<void> {
  if (options.leads) return rehearseLeadsOf(options);
  if (options.territory !== undefined) throw misused("--territory is about leads: say --leads too.");
  const filter = filterOf(options, options.captures);
  const choice = await choose(options, filter);
  const result = await withWorkerPool("rehearse", (pool) =>
    walk(pool, { filter, choice, revision: options.revision ?? null }),
  );
  if (options.json) return sayJson(result);
  for (const line of describe(result)) say(line);
}

async function choose({ contract, folder }: RehearseOptions, filter: Filter): Promise<JudgeChoice> {
  if (folder === undefined) return contractChoice(contract, filter);
  if (contract !== undefined)
    throw misused("--folder and --contract both name the contract: say one of them.");
  const { organization } = await readSetup(resolve(folder));
  return {
    by: "draft",
    contracts: new Map(organization.capture_paths.map((path) => [path.slug, path.contract])),
  };
}

async function walk(
  pool: Pool,
  { filter, choice, revision }: { filter: Filter; choice: JudgeChoice; revision: number | null },
): Promise<Differences> {
  const { judges, total } = await withClient(pool, async (client) => {
    await requireFilter(client, filter);
    await requireRevision(client, revision);
    return { judges: await loadJudges(client, choice), total: await countSelected(client, filter, "judged") };
  });
  const progress = makeProgress(total);
  let done = 0;
  try {
    return await rehearse(pool, {
      filter,
      judges,
      revision,
      onChunk: (captures) => {
        done += captures;
        progress.update(done, `${done} of ${total} rehearsed`);
      },
    });
  } finally {
    progress.stop();
  }
}

function describe(result: Differences): string[] {
  const { higher, lower, examples } = result.scores;
  return [
    `${result.captures} captures were rehearsed; nothing was changed.`,
    ...table([
      ["  newly accepted", result.newlyAccepted],
      ["  newly quarantined", result.newlyQuarantined],
      ["  in another territory", sum(result.territories)],
      ["  with another owner", sum(result.owners)],
      ["  with a higher score", higher],
      ["  with a lower score", lower],
      ["  no leads", result.noLeads],
    ]),
    ...section("Would be refused for", describeReasons(result.reasons)),
    ...section("Territories", changes(result.territories)),
    ...section("Owners", changes(result.owners)),
    ...section("Scores, the most frequent", changes(examples)),
    ...section("Leads of these captures by owner", load(result)),
  ];
}

function load({ load: owners }: Differences): string[] {
  if (owners.every(({ before, after }) => before === after)) return [];
  return table([
    ["  owner", "before", "after"],
    ...owners.map(({ owner, before, after }) => [`  ${owner}`, String(before), String(after)]),
  ]);
}

function changes(list: readonly Change[]): string[] {
  const name = (value: string | null) => value ?? "(none)";
  return table(
    list.slice(0, SHOWN).map(({ from, to, captures }) => [`  ${name(from)} → ${name(to)}`, captures]),
  );
}

const SHOWN = 20;

function sum(list: readonly Change[]): number {
  return list.reduce((total, { captures }) => total + captures, 0);
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}
