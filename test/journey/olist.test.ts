import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ClientBase } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { catchment, preparedEnv } from "../cli/program.ts";
import { test } from "../support/database.ts";
import { unexplained } from "../support/explained.ts";
import { allRows, oneRow } from "../support/rows.ts";

const LEADS = real("marketing_qualified_leads.csv");
const DEALS = real("closed_deals.csv");

const WON_BY_ORIGIN = {
  "organic search": 271,
  "paid search": 195,
  unknown: 179,
  social: 75,
  "direct traffic": 56,
  referral: 24,
  email: 15,
  "(empty)": 14,
  display: 6,
  other: 4,
  "other publicities": 3,
};

test("deals told before their leads wait in quarantine; with the leads there, exactly 842 are won, by origin", async ({
  database,
  skip,
}) => {
  skip(!existsSync(LEADS) || !existsSync(DEALS), "The data of Olist is not here (../shared/data/olist).");
  const env = preparedEnv(database);
  const run = async (...words: string[]) => JSON.parse((await catchment([...words, "--json"], env)).stdout);

  expect(await run("import", "olist-deals", DEALS)).toMatchObject({
    rows: 842,
    newCaptures: 842,
    leads: 0,
    sourceEvents: 0,
    quarantined: 842,
  });
  expect(await run("import", "olist-mql", LEADS)).toMatchObject({ leads: 8000, quarantined: 0 });
  const release = ["quarantine", "release", "--path", "olist-deals", "--kind", "activity_without_lead"];
  expect(await run(...release)).toMatchObject({ looked: 842, released: 842, cameBack: 0, pending: 0 });
  await withConnection(database.urls.superuser, expectWon);

  expect(await run("import", "olist-deals", DEALS)).toMatchObject({
    newCaptures: 0,
    alreadyKnown: 842,
    leads: 842,
    sourceEvents: 0,
    pending: 0,
    quarantined: 0,
  });
  await withConnection(database.urls.superuser, expectWon);
  await withConnection(database.urls.superuser, async (db) => expect(await unexplained(db)).toEqual([]));
}, 120_000);

/** Silently: a history has no clocks and notifies nobody, and what waited is no open case any more. */
async function expectWon(db: ClientBase): Promise<void> {
  const origins = await allRows<{ origin: string; leads: number }>(
    db,
    `select coalesce(derived_channel, '(empty)') as origin, sum(credit)::int as leads
       from bi.attribution_credit where is_won and model = 'first_touch' group by 1`,
  );
  expect(Object.fromEntries(origins.map(({ origin, leads }) => [origin, leads]))).toEqual(WON_BY_ORIGIN);
  expect(
    await oneRow(
      db,
      `select (select count(*)::int from app_public.leads where status = 'closed_won') as won,
              (select count(*)::int from app_public.activities) as told,
              (select count(*)::int from app_public.source_events) as touches,
              (select count(*)::int from app_public.clocks where lead_id is not null) as clocks,
              (select count(*)::int from app_public.notifications) as notifications,
              (select count(*)::int from app_public.exceptions where resolved_at is null) as open_cases`,
    ),
  ).toEqual({ won: 842, told: 842, touches: 8000, clocks: 0, notifications: 0, open_cases: 0 });
  expect(
    await oneRow(
      db,
      `select count(distinct lead_id)::int as valued, sum(credited_value)::text as value, min(value_currency) as currency,
              min(won_at) as first_won_at, bool_and(won_at = closed_at) as closed_when_won
         from bi.attribution_credit where model = 'linear' and is_won and value_amount is not null`,
    ),
  ).toEqual({
    valued: 45,
    value: "61784006.00",
    currency: "BRL",
    first_won_at: expect.any(Date),
    closed_when_won: true,
  });
  expect(
    await oneRow(
      db,
      `select bool_and(credits.sum = 1) as exact, count(*)::int as sums
         from (select sum(credit) from bi.attribution_credit group by lead_id, model) as credits`,
    ),
  ).toEqual({ exact: true, sums: 40_000 });
  // 2018-02-26 19:58:54 in São Paulo
  expect(
    await oneRow(
      db,
      `select closed_at from app_public.leads
        where id = (select lead_id from app_public.captures where position('5420aad7fec3549a85876ba1c529bd84'::bytea in body) > 0 and kind = 'activity')`,
    ),
  ).toEqual({ closed_at: new Date("2018-02-26T22:58:54Z") });
}

function real(name: string): string {
  return fileURLToPath(new URL(`../../../shared/data/olist/${name}`, import.meta.url));
}
