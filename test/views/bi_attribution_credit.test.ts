import type { Client } from "pg";
import { expect } from "vitest";
import { makeChance } from "../chaos/chance.ts";
import { receive } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { touched, won } from "../support/touches.ts";

const ANA = "ana@mail.example";

test("the worked example of docs/attribution.md", async ({ db }) => {
  await touched(db, ANA, [
    { at: "2026-03-01T09:00:00Z", channel: "paid search" },
    { at: "2026-03-08T09:00:00Z", channel: "email" },
    { at: "2026-03-15T09:00:00Z", channel: "direct traffic" },
  ]);
  await won(db, ANA, "2026-03-15T12:00:00Z", "1000");
  expect(await creditsByModel(db)).toEqual({
    first_touch: ["1 1000.00", "0 0.00", "0 0.00"],
    last_touch: ["0 0.00", "0 0.00", "1 1000.00"],
    linear: ["0.333333333333 333.33", "0.333333333334 333.34", "0.333333333333 333.33"],
    position_based: ["0.4 400.00", "0.2 200.00", "0.4 400.00"],
    time_decay: ["0.142857142857 142.86", "0.285714285714 285.71", "0.571428571429 571.43"],
  });
});

test("the half-life is the territory's, from its nearest ancestor that says one", async ({ db }) => {
  await touched(db, ANA, [{ at: "2026-03-01T00:00:00Z" }, { at: "2026-03-15T00:00:00Z" }]);
  const decayed = async () => (await creditsByModel(db)).time_decay?.map((credit) => credit.split(" ")[0]);
  expect(await decayed()).toEqual(["0.2", "0.8"]);
  await db.query("update app_public.territories set attribution_half_life_days = 14 where slug = 'global'");
  expect(await decayed()).toEqual(["0.333333333333", "0.666666666667"]);
  await db.query("update app_public.territories set attribution_half_life_days = 0.01 where slug = 'de'");
  expect(await decayed()).toEqual(["0", "1"]);
  await db.query("update app_public.territories set attribution_half_life_days = null");
  expect(await decayed()).toEqual(["0.2", "0.8"]);
});

test("whatever the touches, the credits of a lead sum to exactly 1 and its value to the cent", async ({
  db,
}) => {
  const { below, oneIn } = makeChance(20_260_301);
  const instant = () =>
    new Date(Date.UTC(2016 + below(10), below(12), 1 + below(28), below(24))).toISOString();
  const people = Array.from({ length: 40 }, (_, n) => `person-${n}@mail.example`);
  const arrivals = people.flatMap((email, n) =>
    Array.from({ length: n < 5 ? n + 1 : 1 + below(25) }, () => ({
      attributes: { email, country: ["DE", "FR", "US"][below(3)] ?? "DE", occurred_at: instant() },
    })),
  );
  await receive(db, arrivals);
  for (const email of people.filter(() => oneIn(2))) {
    await won(db, email, instant(), ["0.01", "0.05", "99.99", "1000000.07"][below(4)]);
  }
  const wrong = await allRows(
    db,
    `select lead_id, model, sum(credit), min(credit), sum(credited_value), min(value_amount) from bi.attribution_credit
      group by lead_id, model
     having sum(credit) <> 1 or min(credit) < 0 or sum(credited_value) is distinct from min(value_amount) or min(credited_value) < 0`,
  );
  expect(wrong).toEqual([]);
  expect(
    await oneRow(
      db,
      `select count(distinct lead_id)::int as leads, count(distinct lead_id) filter (where is_won) > 5 as some_won,
              count(distinct model)::int as models from bi.attribution_credit`,
    ),
  ).toEqual({ leads: 40, some_won: true, models: 5 });
});

test("touches after the win change no credit", async ({ db }) => {
  const before = [
    { at: "2026-03-01T00:00:00Z", channel: "a" },
    { at: "2026-03-02T00:00:00Z", channel: "b" },
  ];
  await touched(db, ANA, before);
  await won(db, ANA, "2026-03-03T00:00:00Z", "100.01");
  const then = await creditsByModel(db);
  await touched(db, ANA, [{ at: "2026-03-04T00:00:00Z", channel: "c" }]);
  expect(await creditsByModel(db)).toEqual(then);
});

test("without a value there is credit and no sum", async ({ db }) => {
  await touched(db, ANA, [{ at: "2026-03-01T00:00:00Z" }]);
  expect(await allValues(db, "select distinct credited_value as value from bi.attribution_credit")).toEqual([
    null,
  ]);
});

/** `credit credited_value` of the touches, in their order, by model. */
async function creditsByModel(db: Client): Promise<Record<string, string[]>> {
  const rows = await allRows<{ model: string; credits: string[] }>(
    db,
    `select model, array_agg(concat_ws(' ', trim_scale(credit), credited_value) order by position) as credits
       from bi.attribution_credit group by model order by model`,
  );
  return Object.fromEntries(rows.map(({ model, credits }) => [model, credits]));
}
