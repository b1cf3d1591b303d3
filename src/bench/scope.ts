import type { Client } from "pg";
import { withConnection } from "../postgres/connect.ts";
import type { BenchCluster } from "./cluster.ts";
import { ASKING, type Asking, actorsOf, fillScope } from "./scope_fill.ts";
import { CONTRASTS, STATEMENTS, type Statement } from "./scope_statements.ts";
import { type Mode, rate, type Section } from "./section.ts";
import { median, ratio, spread } from "./statistics.ts";

/**
 * B7: what the wall costs inside the database: the same statements under the policy, and without row security with the
 * territories written out, for who reaches one territory, a market, a region and everything. Both answer the same rows.
 */
export async function benchScope(cluster: BenchCluster, { isFull, log }: Mode): Promise<Section> {
  const leads = isFull ? 1_000_000 : 100_000;
  const rounds = isFull ? 15 : 7;
  const database = await cluster.copy();
  try {
    return await withConnection(database.urls.superuser, async (client) => {
      log(`scope: making ${rate(leads)} leads`);
      await fillScope(client, leads);
      await client.query("set jit = off"); // as it is for the API
      const actors = await actorsOf(client);
      const found: Found[] = [];
      for (const asking of ORDER) {
        log(`scope: asking for ${ASKING[asking]} of ${ASKING.all} territories`);
        for (const statement of STATEMENTS)
          found.push(await compare(client, asking, actors[asking], statement, rounds));
      }
      // They read the whole table, a function call a row: at a million leads for minutes.
      const contrasts = isFull ? [] : await contrast(client, actors, log);
      return report(leads, found, contrasts);
    });
  } finally {
    await database.drop();
  }
}

const ORDER: readonly Asking[] = ["one", "market", "region", "all"];
type Actor = { id: number; territoryIds: number[] };
/** Milliseconds, a number a round. */
type Times = { planning: number[]; execution: number[] };
type Found = { asking: Asking; statement: string; ours: Times; listed: Times };
type Contrast = { name: string; asking: Asking; counts: number };

async function compare(
  client: Client,
  asking: Asking,
  actor: Actor,
  { name, underPolicy, withList, isPage }: Statement,
  rounds: number,
): Promise<Found> {
  const list = `'{${actor.territoryIds.join(",")}}'::int[]`;
  const { rows } = await client.query<{ id: string }>(
    `select id from app_public.leads where territory_id = any (${list}) order by id limit 1`,
  );
  const fill = (text: string) => text.replaceAll(":list", list).replaceAll(":id", `'${rows[0]?.id}'`);
  const [ours, listed] = [fill(underPolicy), fill(withList)];
  await refuseDifference(client, actor, ours, listed, isPage);
  const found: Found = { asking, statement: name, ours: noTimes(), listed: noTimes() };
  for (let round = -2; round < rounds; round += 1) {
    const scoped = await asActor(client, actor.id, () => explain(client, ours));
    const plain = await explain(client, listed);
    if (round < 0) continue; // pages come into memory
    for (const kind of ["planning", "execution"] as const) {
      found.ours[kind].push(scoped[kind]);
      found.listed[kind].push(plain[kind]);
    }
  }
  return found;
}

function noTimes(): Times {
  return { planning: [], execution: [] };
}

async function refuseDifference(
  client: Client,
  actor: Actor,
  ours: string,
  listed: string,
  isPage: boolean,
): Promise<void> {
  const scoped = await asActor(client, actor.id, () => client.query(ours));
  const plain = await client.query(listed);
  const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
  const same = isPage ? JSON.stringify : (rows: unknown[]) => JSON.stringify(sorted(rows));
  if (plain.rows.length === 0 || same(scoped.rows) !== same(plain.rows))
    throw new Error(`The two sides do not answer the same: ${ours}`);
}

/** What a request does: the API's login, its role, the actor as a setting of the transaction. */
async function asActor<Result>(
  client: Client,
  actorId: number,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query("begin");
  try {
    await client.query("set local session authorization catchment_api");
    await client.query("set local role catchment_user");
    await client.query("select set_config('catchment.actor', $1, true)", [String(actorId)]);
    return await work();
  } finally {
    await client.query("rollback");
  }
}

/** Without the clock at every node, which costs more than what it would time. */
async function explain(client: Client, statement: string): Promise<{ planning: number; execution: number }> {
  const { rows } = await client.query<{
    "QUERY PLAN": [{ "Planning Time": number; "Execution Time": number }];
  }>(`explain (analyze, timing off, buffers off, format json) ${statement}`);
  const [plan] = rows[0]?.["QUERY PLAN"] ?? [];
  return {
    planning: plan?.["Planning Time"] ?? Number.NaN,
    execution: plan?.["Execution Time"] ?? Number.NaN,
  };
}

/** Other forms of the policy, which answer the same. The wall itself is put back by dropping the database. */
async function contrast(
  client: Client,
  actors: Record<Asking, Actor>,
  log: Mode["log"],
): Promise<Contrast[]> {
  const found: Contrast[] = [];
  for (const { name, statements } of CONTRASTS) {
    log(`scope: ${name}`);
    for (const statement of statements) await client.query(statement);
    for (const asking of ["market", "all"] as const) {
      const run = () =>
        asActor(client, actors[asking].id, () => explain(client, "select count(*) from app_public.leads"));
      await run();
      found.push({ name, asking, counts: (await run()).execution });
    }
  }
  return found;
}

function report(leads: number, found: Found[], contrasts: Contrast[]): Section {
  const shown = (values: number[]) => {
    const { median: middle, min, max } = spread(values);
    return `${middle.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  };
  const whole = ({ planning, execution }: Times) =>
    execution.map((value, round) => value + (planning[round] ?? Number.NaN));
  return {
    title: `B7 scope: ${rate(leads)} leads, ${rate(ASKING.all)} territories, in the database`,
    columns: [
      "territories",
      "statement",
      "under the policy ms",
      "without it, listed ms",
      "ratio",
      "planned in ms",
      "listed",
    ],
    rows: found.map(({ asking, statement, ours, listed }) => [
      rate(ASKING[asking]),
      statement,
      shown(ours.execution),
      shown(listed.execution),
      `${ratio(ours.execution, listed.execution).median.toFixed(2)}×`,
      median(ours.planning).toFixed(2),
      median(listed.planning).toFixed(2),
    ]),
    notes: [
      `Planning and execution together, at most: ${worst(found, whole, (name) => !name.startsWith("page"))} for point reads, counts and groups; a page of 50 takes ${mostMore(found, whole)} ms more at most.`,
      ...contrasts.map(
        ({ name, asking, counts }) =>
          `${name}: a count over ${rate(ASKING[asking])} territories takes ${counts.toFixed(1)} ms, ${(counts / median(countOf(found, asking))).toFixed(0)}× ours.`,
      ),
      "Checked before the times count: both sides answer the same rows, a page in the same order.",
    ],
    data: { leads, found, contrasts },
  };
}

function worst(
  found: Found[],
  whole: (times: Times) => number[],
  isMeant: (name: string) => boolean,
): string {
  const ratios = found
    .filter(({ statement }) => isMeant(statement))
    .map(({ ours, listed }) => ratio(whole(ours), whole(listed)).median);
  return `${Math.max(...ratios).toFixed(2)}×`;
}

function mostMore(found: Found[], whole: (times: Times) => number[]): string {
  const more = found
    .filter(({ statement }) => statement.startsWith("page"))
    .map(({ ours, listed }) => median(whole(ours)) - median(whole(listed)));
  return Math.max(...more).toFixed(2);
}

function countOf(found: Found[], asking: Asking): number[] {
  return found.find((one) => one.asking === asking && one.statement === "count")?.ours.execution ?? [];
}
