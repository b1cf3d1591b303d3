import type { ClientBase } from "pg";
import type { Match } from "../normalize/match.ts";
import { estimate, FIELDS, LEVELS, type Model, type Pattern, type Sample } from "./estimate.ts";
import { type Pair, pairsByChance, pairsByKey } from "./pairs.ts";
import { countByCountry, sum } from "./terms.ts";
import { thin } from "./thin.ts";

const CHUNK = 2_000; // pairs compared by one statement
const MOST_PAIRS = 500_000; // a minute or two; of more, so many are drawn by chance and stand for all

export type Watch = {
  /** Before the first statement and behind each: pairs compared, of so many. What it throws ends the training. */
  onCompared?: (done: number, total: number) => void;
};

export type Trained = {
  model: Model;
  /** That share a key, also those that others stood for. */
  pairs: number;
};

/** Learns from people, without being told who is whom, what agreement is worth among them. Compares in the database. */
export async function train(
  client: ClientBase,
  people: readonly Match[],
  prior: Model,
  { onCompared = () => {} }: Watch = {},
): Promise<Trained> {
  const { kept, count } = await thin(pairsByKey(people), MOST_PAIRS, () => onCompared(0, 1));
  const byChance = [...pairsByChance(people.length)];
  const total = kept.length + byChance.length;
  const patterns = await countLevels(client, people, kept, (done) => onCompared(done, total));
  const random = await countLevels(client, people, byChance, (done) => onCompared(kept.length + done, total));
  const scale = count / Math.max(1, kept.length);
  const model = estimate(
    {
      records: people.length,
      patterns: patterns.map(({ levels, pairs }) => ({ levels, pairs: pairs * scale })),
      random: flatCounts(random),
      ...agreementOf(people),
    },
    prior,
  );
  return { model, pairs: count };
}

async function countLevels(
  client: ClientBase,
  people: readonly Match[],
  pairs: readonly Pair[],
  onDone: (done: number) => void,
): Promise<Pattern[]> {
  const counts = new Map<string, Pattern>();
  for (let from = 0; from < pairs.length; from += CHUNK) {
    onDone(from);
    const chunk = pairs.slice(from, from + CHUNK);
    const { rows } = await client.query<{ levels: number[]; pairs: number }>(
      "select levels, pairs::int from app_private.count_levels($1, $2)",
      [
        JSON.stringify(
          chunk.map(([one]) => people[one]),
          withoutKeys,
        ),
        JSON.stringify(
          chunk.map(([, other]) => people[other]),
          withoutKeys,
        ),
      ],
    );
    for (const row of rows) {
      const known = counts.get(row.levels.join(""));
      if (known === undefined) counts.set(row.levels.join(""), row);
      else known.pairs += row.pairs;
    }
  }
  onDone(pairs.length);
  return [...counts.values()];
}

function withoutKeys(name: string, value: unknown): unknown {
  return name === "keys" ? undefined : value;
}

function flatCounts(patterns: readonly Pattern[]): number[] {
  const counts = new Array<number>(FIELDS.length * LEVELS).fill(0);
  for (const { levels, pairs } of patterns) {
    levels.forEach((level, field) => {
      const at = field * LEVELS + level;
      counts[at] = (counts[at] ?? 0) + pairs;
    });
  }
  return counts;
}

/** Of pairs in one country (countByCountry). */
function agreementOf(people: readonly Match[]): Pick<Sample, "agreeing" | "known"> {
  const of = FIELDS.map((field) => {
    const counted = [...countByCountry(people, field).values()];
    const pairs = (counts: readonly number[]) => sum(counts.map((count) => (count * (count - 1)) / 2));
    return {
      agreeing: pairs(counted.flatMap((counts) => [...counts.values()])),
      known: pairs(counted.map(sum)),
    };
  });
  return { agreeing: of.map(({ agreeing }) => agreeing), known: of.map(({ known }) => known) };
}
