import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs } from "../support/act_as.ts";
import { asWorker } from "../support/arrivals.ts";
import { attempt } from "../support/cases.ts";
import { connect } from "../support/connections.ts";
import { test as committed } from "../support/database.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue } from "../support/rows.ts";

test("an absence within a longer one leaves what lies before and after it", async ({ db }) => {
  await say(db, 10, 40);
  await say(db, 20, 30);
  expect(await absences(db)).toEqual(["10-20", "20-30", "30-40"]);
});

test("it replaces what it covers, and cuts what it overlaps at one end", async ({ db }) => {
  for (const [from, to] of [
    [10, 20],
    [22, 25],
    [28, 40],
    [50, 60],
  ] as const)
    await say(db, from, to);
  await say(db, 15, 30);
  expect(await absences(db)).toEqual(["10-15", "15-30", "30-40", "50-60"]);
  await say(db, 10, 40);
  expect(await absences(db)).toEqual(["10-40", "50-60"]);
});

test("without an end, the absence of that instant is taken back from then on, and no later one", async ({
  db,
}) => {
  await say(db, 10, 20);
  await say(db, 30, 40);
  await say(db, 5, null);
  expect(await absences(db)).toEqual(["10-20", "30-40"]);
  await say(db, 15, null);
  expect(await absences(db)).toEqual(["10-15", "30-40"]);
  await say(db, 30, null);
  expect(await absences(db)).toEqual(["10-15"]);
  await say(db, 15, null); // it ended then
  expect(await absences(db)).toEqual(["10-15"]);
});

test("nobody else's is touched", async ({ db }) => {
  await say(db, 10, 20);
  await say(db, 10, 20, "dirk");
  await say(db, 10, null);
  expect(await absences(db, "dirk")).toEqual(["10-20"]);
  expect(await absences(db)).toEqual([]);
});

test("leads are handed over by an absence that begins now, else it is refused, and nothing is said", async ({
  db,
}) => {
  const call = `select app_public.set_absence('dora', now() + make_interval(secs => $1), now() + make_interval(secs => $2), true)`;
  for (const [from, to] of [
    [3_600, 7_200],
    [-7_200, -3_600],
    [-60, null],
  ] as const)
    expect(await attempt(db, "dora", call, [from, to])).toBe("BADIN");
  expect(await absences(db)).toEqual([]);
  expect(await attempt(db, "dora", call, [30, 86_400])).toBe(""); // the caller's clock may be ahead
  expect(await absences(db)).toEqual(["0-1"]);
});

test("a person has so many rows and no more, and none begins long ago", async ({ db }) => {
  const doraId = await actorId(db, "dora");
  await asWorker(db, () =>
    db.query(
      `insert into app_public.absences (actor_id, starts_at, ends_at)
       select $1, now() + make_interval(days => n), now() + make_interval(days => n, hours => 1) from generate_series(1, 999) as n`,
      [doraId],
    ),
  );
  const call = `select app_public.set_absence('dora', now() + make_interval(days => $1), now() + make_interval(days => $2))`;
  expect(await attempt(db, "dora", call, [1_100, 1_101])).toBe("");
  expect(await attempt(db, "dora", call, [1_200, 1_201])).toBe("BADIN");
  expect(await attempt(db, "dora", call, [1, 1_050])).toBe(""); // one in place of many
  expect(await attempt(db, "dora", call, [1_200, 1_201])).toBe("");
  expect(await attempt(db, "dora", call, [-367, 2])).toBe("BADIN");
});

committed("what is said of the same time twice at once stands once", async ({ database }) => {
  const root = database.urls.superuser;
  const [one, other, who] = await Promise.all([connect(root), connect(root), connect(root)]);
  const call = "select app_public.set_absence('dora', '2040-01-01', '2040-01-05')";
  for (const db of [one, other]) {
    await db.query("begin");
    await actAs(db, await actorId(who, "dora"));
  }
  await one.query(call);
  const waiting = other.query(call);
  const isWaiting =
    "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as value";
  await expect.poll(() => oneValue(who, isWaiting)).toBe(true);
  await one.query("commit");
  await waiting;
  await other.query("commit");
  const rows = await allRows(who, "select id from app_public.absences where starts_at = '2040-01-01'");
  expect(rows).toHaveLength(1);
});

/** Between two days from now. */
async function say(db: Client, from: number, to: number | null, slug = "dora"): Promise<void> {
  const call = `select app_public.set_absence($1, now() + make_interval(days => $2), now() + make_interval(days => $3))`;
  expect(await attempt(db, slug, call, [slug, from, to])).toBe("");
}

async function absences(db: Client, slug = "dora"): Promise<string[]> {
  const rows = await allRows<{ from: number; to: number }>(
    db,
    `select extract(day from starts_at - now())::int as from, extract(day from ends_at - now())::int as to
       from app_public.absences join app_public.actors on actors.id = actor_id where slug = $1 order by starts_at`,
    [slug],
  );
  return rows.map(({ from, to }) => `${from}-${to}`);
}
