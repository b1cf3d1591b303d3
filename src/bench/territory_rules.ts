import type { Client } from "pg";
import { withConnection } from "../postgres/connect.ts";
import type { BenchCluster } from "./cluster.ts";
import { type Mode, milliseconds, rates, type Section, times } from "./section.ts";
import { median, ratio, type Spread, spread } from "./statistics.ts";
import { makeRulesEngine } from "./territory_engine.ts";
import { makeCompiledLoop } from "./territory_loop.ts";
import { COMPILE, ORDERED, OURS, ROW_BY_ROW, RULES, SHAPES, TERRITORIES } from "./territory_queries.ts";
import { drawLeads, drawRules, type Lead } from "./territory_sample.ts";

/**
 * B11: leads located by 100, 1,000 and 10,000 rules over 4,000 territories, by the function that the pipeline calls, beside
 * the same rules read one after the other in SQL, as a loop of compiled comparisons in TypeScript, and up to 1,000 rules in
 * json-rules-engine. That all find the same territories is checked before the times count; leads that no rule matches are
 * timed by themselves.
 */
export async function benchTerritoryRules(cluster: BenchCluster, { isFull, log }: Mode): Promise<Section> {
  const database = await cluster.copy();
  try {
    const found = await withConnection(database.urls.superuser, async (client) => {
      await client.query(TERRITORIES);
      await client.query(ORDERED);
      const all: Found[] = [];
      for (const size of [100, 1_000, 10_000]) {
        log(`routing: ${size} territory rules`);
        all.push(await measure(client, size, isFull ? 9 : 3));
      }
      return all;
    });
    return report(found);
  } finally {
    await database.drop();
  }
}

const SIDES = ["ours", "rows", "loop", "engine"] as const;
/** Beyond them it would hold up the others for minutes. */
const ENGINE_RULES = 1_000;
const TRAFFIC = ["matching", "unmatched"] as const;
type Side = (typeof SIDES)[number];
type Sides = Record<Side, (leads: readonly Lead[]) => Promise<(string | null)[]>>;
type Traffic = (typeof TRAFFIC)[number];
/** Leads a second, a number a round. */
type Rates = Record<Side, Record<Traffic, number[]>>;
type Found = { size: number; shapes: number; write: number; compile: Spread; rates: Rates };

async function measure(client: Client, size: number, rounds: number): Promise<Found> {
  const rules = drawRules(size, 4_000);
  const startedAt = performance.now();
  await client.query(RULES, [JSON.stringify(rules)]);
  const write = performance.now() - startedAt;
  await client.query("analyze app_public.territory_rules, app_private.territory_shapes");
  const loop = makeCompiledLoop(rules);
  const engine = size > ENGINE_RULES ? undefined : makeRulesEngine(rules);
  const sides: Sides = {
    ours: (leads) => answers(client, OURS, leads),
    rows: (leads) => answers(client, ROW_BY_ROW, leads),
    loop: async (leads) => leads.map(loop),
    engine: async (leads) => (engine === undefined ? [] : oneByOne(leads, engine)),
  };
  const leads: Record<Traffic, Lead[]> = {
    matching: drawLeads(rules, 10_000, true),
    unmatched: drawLeads(rules, 10_000, false),
  };
  const present = SIDES.filter((side) => side !== "engine" || engine !== undefined);
  for (const traffic of TRAFFIC)
    await refuseDifference(sides, present, leads[traffic].slice(0, 50), traffic === "matching");
  const result: Rates = { ours: noRates(), rows: noRates(), loop: noRates(), engine: noRates() };
  const compile: number[] = [];
  const count = {
    ours: 10_000,
    rows: Math.max(20, 50_000 / size),
    loop: Math.max(500, 2_000_000 / size),
    engine: Math.max(20, 50_000 / size),
  };
  for (let round = 0; round < rounds; round += 1) {
    compile.push(await compileAgain(client));
    for (const side of present) {
      for (const traffic of TRAFFIC) {
        const some = leads[traffic].slice(0, count[side]);
        const begunAt = performance.now();
        await sides[side](some);
        result[side][traffic].push((some.length / (performance.now() - begunAt)) * 1_000);
      }
    }
  }
  const { rows } = await client.query<{ shapes: number }>(SHAPES);
  return { size, shapes: rows[0]?.shapes ?? 0, write, compile: spread(compile), rates: result };
}

function noRates(): Record<Traffic, number[]> {
  return { matching: [], unmatched: [] };
}

async function answers(client: Client, query: string, leads: readonly Lead[]): Promise<(string | null)[]> {
  const { rows } = await client.query<{ slugs: (string | null)[] }>(query, [JSON.stringify(leads)]);
  return rows[0]?.slugs ?? [];
}

async function oneByOne(
  leads: readonly Lead[],
  locate: (lead: Lead) => Promise<string | null>,
): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (const lead of leads) found.push(await locate(lead));
  return found;
}

async function refuseDifference(
  sides: Sides,
  present: readonly Side[],
  leads: readonly Lead[],
  isMatching: boolean,
): Promise<void> {
  const ours = await sides.ours(leads);
  if (ours.length !== leads.length || ours.some((slug) => (slug !== null) !== isMatching)) {
    throw new Error(
      "The sample is not what it should be: some leads are matched that should not, or the other way.",
    );
  }
  for (const side of present) {
    if (JSON.stringify(await sides[side](leads)) !== JSON.stringify(ours))
      throw new Error(`${side} finds other territories.`);
  }
}

/** Milliseconds to find out anew which columns the rules of the revision set together. */
async function compileAgain(client: Client): Promise<number> {
  await client.query("begin");
  await client.query(
    "delete from app_private.territory_shapes where revision = app_private.current_revision()",
  );
  const startedAt = performance.now();
  await client.query(COMPILE);
  const took = performance.now() - startedAt;
  await client.query("rollback");
  return took;
}

function report(found: readonly Found[]): Section {
  const names: Record<Side, string> = {
    ours: "Catchment: match_territory, in SQL",
    rows: "the same rules row by row, in SQL",
    loop: "the same rules as a compiled loop, in Node",
    engine: "the same rules in json-rules-engine 7.3.1, in Node",
  };
  const [few, , many] = found;
  const growth = few && many ? ratio(few.rates.ours.matching, many.rates.ours.matching) : spread([]);
  return {
    title: "B11 routing: leads located by territory rules, one connection",
    columns: ["rules", "side", "leads/s, a rule matches", "none matches"],
    rows: found.flatMap(({ size, rates: all }) =>
      SIDES.filter((side) => all[side].matching.length > 0).map((side) => [
        String(size),
        names[side],
        rates(spread(all[side].matching)),
        rates(spread(all[side].unmatched)),
      ]),
    ),
    notes: [
      `A hundred times the rules make Catchment ${times(growth)} slower (goal: at most 8×).`,
      ...found.map(
        ({ size, shapes, compile, write, rates: all }) =>
          `${size} rules: ${shapes} sets of columns; found out in ${milliseconds(compile)} ms, within ${write.toFixed(0)} ms of writing the rules. ` +
          `Against row by row ${times(ratio(all.ours.matching, all.rows.matching))}; ` +
          `leads that none matches against others ${(median(all.ours.unmatched) / median(all.ours.matching)).toFixed(1)}×.`,
      ),
      "Checked before timing: all sides find the same territory for 50 leads of each kind.",
      ...found.flatMap(({ size, rates: all }) =>
        all.engine.matching.length === 0
          ? []
          : `Against json-rules-engine at ${size} rules ${times(ratio(all.ours.matching, all.engine.matching))}, ` +
            `where none matches ${times(ratio(all.ours.unmatched, all.engine.unmatched))}.`,
      ),
    ],
    data: { found },
  };
}
