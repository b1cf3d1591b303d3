import type { ClientBase } from "pg";
import { inTransaction } from "../../postgres/pools.ts";
import { type Boundary, findBoundary } from "../identity/boundary.ts";
import { refused } from "../outcome.ts";
import { say, sayJson, table } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { tooFew } from "./train.ts";

export type EvaluateOptions = { boundary?: string; split?: Date; json?: true };

type Outcomes = { won: number; lost: number };
type Tenth = { tenth: number; leads: number; predicted: number; won: number };
type Scored = {
  scorer: string;
  learned: Outcomes;
  asked: Outcomes;
  auc: number | null;
  brier: number;
  calibration: Tenth[];
};
type Result = { boundary: string; splitAt: Date; scorers: Scored[] };

/** Changes nothing. */
export async function evaluateScoring(options: EvaluateOptions): Promise<void> {
  const result = await withWorkerPool("scoring", (pool) =>
    inTransaction(pool, async (client): Promise<Result> => {
      const boundary = await findBoundary(client, options.boundary);
      const asOf = new Date();
      const splitAt = options.split ?? (await usualSplit(client, boundary, asOf));
      return { boundary: boundary.slug, splitAt, scorers: await score(client, boundary, splitAt, asOf) };
    }),
  );
  if (options.json) sayJson(result);
  else for (const line of describe(result)) say(line);
}

async function usualSplit(client: ClientBase, boundary: Boundary, asOf: Date): Promise<Date> {
  const { rows } = await client.query<{ at: Date | null }>(
    `select percentile_disc(0.7) within group (order by leads.first_seen_at) as at
       from app_private.scoring_examples($1, null, $2) as examples join app_public.leads on leads.id = examples.lead_id`,
    [boundary.id, asOf],
  );
  const at = rows[0]?.at;
  if (at == null) throw tooFew(boundary, { won: 0, lost: 0 });
  return at;
}

async function score(client: ClientBase, boundary: Boundary, splitAt: Date, asOf: Date): Promise<Scored[]> {
  const { rows } = await client.query<Scored>(
    `select scorer, jsonb_build_object('won', learned_won, 'lost', learned_lost) as learned,
            jsonb_build_object('won', asked_won, 'lost', asked_lost) as asked, auc, brier, calibration
       from app_private.evaluate_scoring($1, $2, $3)`,
    [boundary.id, splitAt, asOf],
  );
  if (rows.length > 0) return rows;
  const counted = await client.query<Outcomes & { is_enough: boolean }>(
    "select won, lost, weights is not null as is_enough from app_private.decide_scoring_model($1, $2)",
    [boundary.id, splitAt],
  );
  const before = counted.rows[0] ?? { won: 0, lost: 0, is_enough: false };
  if (before.is_enough)
    throw refused(`No lead of ${boundary.slug} came after ${splitAt.toISOString()} and has ended.`);
  throw tooFew(boundary, before);
}

function describe({ boundary, splitAt, scorers }: Result): string[] {
  const [model] = scorers;
  if (model === undefined) return [];
  const outcomes = ({ won, lost }: Outcomes) =>
    `${(won + lost).toLocaleString("en-US")} leads (${won.toLocaleString("en-US")} won)`;
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return [
    `Learned from ${outcomes(model.learned)} of ${boundary} that had ended by ${splitAt.toISOString()}; asked of ${outcomes(model.asked)} that came later.`,
    ...table([
      ["", "AUC", "Brier"],
      ...scorers.map(({ scorer, auc, brier }) => [
        scorer,
        auc === null ? "" : auc.toFixed(3),
        brier.toFixed(4),
      ]),
    ]),
    "",
    ...table([
      ["tenth", "leads", "foretold", "won"],
      ...model.calibration.map(({ tenth, leads, predicted, won }) => [
        String(tenth),
        leads,
        percent(predicted),
        percent(won),
      ]),
    ]),
  ];
}
