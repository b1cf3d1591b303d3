import type { ClientBase } from "pg";
import { inTransaction } from "../../postgres/pools.ts";
import { type Boundary, findBoundary } from "../identity/boundary.ts";
import { type CommandError, refused } from "../outcome.ts";
import { say, sayJson, table } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";

export type TrainOptions = { boundary?: string; dryRun?: true; json?: true };

type Weight = { feature: string; value: string; won: number; lost: number; odds: number };
type Result = {
  boundary: string;
  version: number | null;
  won: number;
  lost: number;
  /** What counts most first; odds: times the odds of a lead that has it. */
  weights: Weight[];
};

/** Learns from the ended leads of a client, and foretells by it from now on. Leads, their points and owners stay as they are. */
export async function trainScoring(options: TrainOptions): Promise<void> {
  const result = await withWorkerPool("scoring", (pool) =>
    inTransaction(pool, async (client): Promise<Result> => {
      const boundary = await findBoundary(client, options.boundary);
      return { boundary: boundary.slug, ...(await train(client, boundary, options.dryRun === true)) };
    }),
  );
  if (options.json) sayJson(result);
  else for (const line of describe(result)) say(line);
}

async function train(client: ClientBase, boundary: Boundary, isDry: boolean) {
  const { rows } = await client.query<{
    won: number;
    lost: number;
    version: number | null;
    weights: Weight[] | null;
  }>(TRAIN, [boundary.id, new Date(), isDry]);
  const [learned] = rows;
  if (learned === undefined || learned.weights === null)
    throw tooFew(boundary, { won: learned?.won ?? 0, lost: learned?.lost ?? 0 });
  return { ...learned, weights: learned.weights };
}

const TRAIN = `
  with decided as materialized (select * from app_private.decide_scoring_model($1, $2))
  select decided.won, decided.lost,
         case when not $3 then app_private.apply_scoring_model($1, decided, $2) end as version,
         (select jsonb_agg(jsonb_build_object('feature', feature, 'value', value, 'won', weights.won, 'lost', weights.lost,
                                              'odds', round(exp(decided.slope * weight)::numeric, 2)) order by abs(weight) desc, feature, value)
            from unnest(decided.weights) as weights) as weights
    from decided`;

export function tooFew({ slug }: Boundary, { won, lost }: { won: number; lost: number }): CommandError {
  return refused(
    `${won} leads of ${slug} that were won and ${lost} that were lost can be learned from; there should be 50 of each. ` +
      "Close leads as they end, import ended ones of the past (`catchment import`), or wait.",
  );
}

function describe({ boundary, version, won, lost, weights }: Result): string[] {
  const number = (value: number) => value.toLocaleString("en-US");
  const told = weights.filter(({ odds }) => Math.abs(Math.log(odds)) > 0.05);
  return [
    `Learned from ${number(won)} leads of ${boundary} that were won and ${number(lost)} that were lost.`,
    ...table([
      ["  feature", "value", "won", "lost", "odds"],
      ...told
        .slice(0, MOST_SHOWN)
        .map(({ feature, value, won, lost, odds }) => [
          `  ${feature}`,
          value === "" ? "(not told)" : value,
          won,
          lost,
          `× ${odds.toFixed(2)}`,
        ]),
    ]),
    version === null
      ? "Nothing was changed."
      : `Version ${version} foretells in ${boundary} from now on. How well: \`catchment scoring evaluate\`.`,
  ];
}

const MOST_SHOWN = 20;
