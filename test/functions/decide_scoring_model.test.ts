import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { bringEnded, drawing, type EndedLead } from "../support/ended_leads.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";

const DAY = 86_400_000;
const NOW = new Date("2026-06-01T00:00:00Z");

/** What truly decides: referrals win more often than others, companies of a size more often than small ones; luck the rest. */
function chanceOf(channel: string, employees: number): number {
  const odds =
    0.15 * (channel === "referral" ? 5 : channel === "display" ? 0.4 : 1) * (employees >= 50 ? 3 : 1);
  return odds / (1 + odds);
}

/** So many invented leads, one after the other until NOW; each ends within a month. */
function population(count: number, seed: number): (EndedLead & { chance: number })[] {
  const draw = drawing(seed);
  return Array.from({ length: count }, (_, n) => {
    const channel = ["referral", "search", "display", "social"][Math.floor(draw() * 4)] ?? "";
    const employees = draw() < 0.3 ? 120 : 5;
    const chance = chanceOf(channel, employees);
    const firstSeenAt = new Date(NOW.getTime() - (count - n) * (300 / count) * DAY - 40 * DAY);
    return {
      firstSeenAt,
      closedAt: new Date(firstSeenAt.getTime() + (1 + draw() * 29) * DAY),
      isWon: draw() < chance,
      channel,
      chance,
      attributes: { employees, country: draw() < 0.5 ? "DE" : "FR" },
    };
  });
}

const decide = (db: ClientBase, boundaryId: number, asOf = NOW) =>
  oneRow<Decision>(db, "select * from app_private.decide_scoring_model($1, $2)", [boundaryId, asOf]);
type Decision = { won: number; lost: number; slope: number; weights: string | null };
const weightsOf = async (db: ClientBase, boundaryId: number, asOf = NOW) =>
  Object.fromEntries(
    (
      await allRows<{ name: string; weight: number }>(
        db,
        `select weights.feature || ' ' || weights.value as name, weights.weight
           from app_private.decide_scoring_model($1, $2) as decided cross join unnest(decided.weights) as weights`,
        [boundaryId, asOf],
      )
    ).map(({ name, weight }) => [name, weight]),
  );

test("it finds what truly decides, and by how much; what decides nothing weighs next to nothing", async ({
  db,
}) => {
  const leads = population(6_000, 1);
  await bringEnded(db, "de", leads);
  const boundaryId = await territoryId(db, "global");
  const weights = await weightsOf(db, boundaryId);
  const { slope } = await decide(db, boundaryId);
  const between = (one: string, other: string) =>
    Math.exp(slope * ((weights[one] ?? NaN) - (weights[other] ?? NaN)));
  expect(between("channel referral", "channel search") / 5).toBeCloseTo(1, 0);
  expect(between("channel display", "channel search") / 0.4).toBeCloseTo(1, 0);
  expect(between("employees 50-249", "employees under 10") / 3).toBeCloseTo(1, 0);
  expect(Math.abs(Math.log(between("country de", "country fr")))).toBeLessThan(0.2);
});

test("on a later period the model beats the constant and the rules, and means what it says", async ({
  db,
}) => {
  await bringEnded(db, "de", population(6_000, 2));
  const splitAt = new Date(NOW.getTime() - 140 * DAY);
  const rows = await allRows<Evaluated>(db, "select * from app_private.evaluate_scoring($1, $2, $3)", [
    await territoryId(db, "global"),
    splitAt,
    NOW,
  ]);
  const [model, rules, constant] = rows;
  expect(rows.map(({ scorer }) => scorer)).toEqual(["model", "rules", "constant"]);
  expect(constant).toMatchObject({ auc: 0.5 });
  expect(model?.auc).toBeGreaterThan(0.68); // the truth itself reaches about 0.73
  expect(model?.brier).toBeLessThan((constant?.brier ?? 0) - 0.01);
  expect(model?.auc).toBeGreaterThan(rules?.auc ?? 1);
  for (const { predicted, won, leads } of model?.calibration ?? []) {
    const luck = Math.sqrt((predicted * (1 - predicted)) / leads);
    expect(Math.abs(predicted - won)).toBeLessThan(4 * luck + 0.03);
  }
});
type Evaluated = {
  scorer: string;
  auc: number;
  brier: number;
  calibration: { predicted: number; won: number; leads: number }[];
};

test("where nothing decides, it foretells what is usual", async ({ db }) => {
  const draw = drawing(3);
  await bringEnded(
    db,
    "de",
    population(2_000, 3).map((lead) => ({ ...lead, isWon: draw() < 0.2 })),
  );
  const boundaryId = await territoryId(db, "global");
  await db.query("select app_private.apply_scoring_model($1, app_private.decide_scoring_model($1, $2), $2)", [
    boundaryId,
    NOW,
  ]);
  const chances = await allValues<number>(
    db,
    "select probability as value from app_private.predict_leads(array(select id from app_public.leads))",
  );
  expect(chances).toHaveLength(2_000);
  expect(Math.max(...chances) - Math.min(...chances)).toBeLessThan(0.1);
});

test("the end and what came after the first touch teach nothing, and who ended later is not there yet", async ({
  db,
}) => {
  const leads = population(2_000, 4);
  const ids = await bringEnded(db, "de", leads);
  const boundaryId = await territoryId(db, "global");
  const asOf = new Date(NOW.getTime() - 100 * DAY);
  const before = await decide(db, boundaryId, asOf);
  const ended = leads.filter(({ closedAt }) => (closedAt ?? NOW) <= asOf);
  expect(before.won + before.lost).toBe(ended.length);
  expect(before.won).toBe(ended.filter(({ isWon }) => isWon).length);

  await db.query(
    `update app_public.leads set value_amount = case when status = 'closed_won' then 9000 end, segment = status where id = any ($1)`,
    [ids],
  );
  await db.query(
    `update app_public.source_events set attributes = attributes || jsonb_build_object('value_amount', leads.closed_at)
       from app_public.leads where leads.id = source_events.lead_id`,
  );
  await db.query(
    `insert into app_public.source_events
       (lead_id, territory_id, origin_lead_id, capture_id, trace_id, source, channel, occurred_at, attributes)
     select touches.lead_id, touches.territory_id, touches.origin_lead_id, uuidv7(), touches.trace_id, touches.source, leads.status,
            touches.occurred_at + interval '1 day', '{"phone": "+49"}'
       from app_public.source_events as touches join app_public.leads on leads.id = touches.lead_id`,
  );
  // Also an end that nobody knew at that time.
  await db.query("update app_public.leads set status = 'closed_won' where closed_at > $1", [asOf]);
  expect(await decide(db, boundaryId, asOf)).toEqual(before);
});

test("the same leads teach the same, to the last digit, in whatever order they came", async ({ db }) => {
  const boundaryId = await territoryId(db, "global");
  await bringEnded(db, "de", population(1_000, 5));
  const first = await decide(db, boundaryId);
  await db.query("update app_public.leads set score = 1");
  await db.query("set local enable_hashjoin = off");
  await db.query("set local enable_hashagg = off");
  expect(await decide(db, boundaryId)).toEqual(first);
});

test("few of either kind teach nothing; nor do tests, merged leads and who was forgotten", async ({ db }) => {
  const boundaryId = await territoryId(db, "global");
  const lead = (isWon: boolean): EndedLead => ({
    firstSeenAt: new Date("2026-01-01"),
    closedAt: new Date("2026-01-02"),
    isWon,
  });
  const [spare = ""] = await bringEnded(db, "de", [
    ...Array.from({ length: 50 }, () => lead(true)),
    ...Array.from({ length: 49 }, () => lead(false)),
  ]);
  const few = await decide(db, boundaryId);
  expect(few).toMatchObject({ won: 50, lost: 49, weights: null });
  const apply =
    "select app_private.apply_scoring_model($1, app_private.decide_scoring_model($1, $2), $2) as value";
  expect(await oneValue(db, apply, [boundaryId, NOW])).toBe(null);
  await bringEnded(db, "de", [lead(false)]);
  expect(await oneValue(db, apply, [boundaryId, NOW])).toBe(1);

  const changes = [
    "is_test = true",
    `merged_into_id = (select id from app_public.leads where status = 'closed_lost' limit 1)`,
    "erased_at = closed_at",
  ];
  for (const change of changes) {
    await db.query("savepoint before");
    await db.query(`update app_public.leads set ${change} where id = $1`, [spare]);
    expect([change, await decide(db, boundaryId)]).toEqual([
      change,
      expect.objectContaining({ won: 49, lost: 50 }),
    ]);
    await db.query("rollback to savepoint before");
  }
});

test("clients teach only themselves, and values of few are not kept", async ({ db }) => {
  const leads = population(1_000, 6);
  await bringEnded(db, "de", [
    ...leads,
    ...leads.slice(0, 19).map((lead) => ({ ...lead, channel: "ana weber's own" })),
    ...leads.slice(0, 20).map((lead) => ({ ...lead, channel: "twenty" })),
  ]);
  await bringEnded(
    db,
    "globex-nl",
    population(1_000, 7).map((lead) => ({ ...lead, source: "fair" })),
  );
  const [global, globex] = [await territoryId(db, "global"), await territoryId(db, "globex")];
  const own = Object.keys(await weightsOf(db, global));
  expect(own).toContain("channel twenty");
  expect(own.filter((name) => name.includes("ana") || name.includes("fair"))).toEqual([]);
  const theirs = Object.keys(await weightsOf(db, globex));
  expect(theirs).toContain("source fair");
  expect(theirs).not.toContain("source web");
});
