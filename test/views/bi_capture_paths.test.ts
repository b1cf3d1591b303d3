import type { Client } from "pg";
import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

test("a path is told with its contract, its fields and its four owners", async ({ db }) => {
  expect(await pathOf(db, "partner-feed")).toMatchObject({
    territory: "de",
    source: "partner",
    requires_signature: true,
    is_active: true,
    contract_version: 1,
    is_history: false,
    fields: expect.arrayContaining(["email", "external_id"]),
    capture_owner: "operations",
    execution_owner: "sales-de",
    destination: "lead",
    arrivals_30_days: 0,
    last_arrival_at: null,
    is_silent: false,
    quarantined_share_7_days: null,
  });
});

test("arrivals count by the day, the week and the month; quarantine by its share of the week", async ({
  db,
}) => {
  await came(db, "web-form", [60, 2 * HOUR, 2 * DAY, 6 * DAY, 20 * DAY, 40 * DAY]);
  await db.query(
    "update app_public.captures set status = 'quarantined', processed_at = now() where id = (select id from app_public.captures order by id desc limit 1)",
  );
  expect(await pathOf(db, "web-form")).toMatchObject({
    arrivals_24_hours: 2,
    arrivals_7_days: 4,
    arrivals_30_days: 5,
    quarantined_share_7_days: 0.25,
    longest_gap_seconds: 20 * DAY,
  });
  expect((await pathOf(db, "desk")).arrivals_30_days).toBe(0);
});

test("what its arrivals turned out to be is where they go", async ({ db }) => {
  await came(db, "web-form", [60, 70, 80]);
  await db.query(
    "update app_public.captures set kind = 'order' where id = (select id from app_public.captures order by id limit 1)",
  );
  expect((await pathOf(db, "web-form")).destination).toBe("lead, order");
});

test("silent while something always came at this time of the week; not at a time when nothing does", async ({
  db,
}) => {
  const fiveHours = Array.from({ length: 20 }, (_, quarter) => 300 + quarter * 900);
  // A second earlier than this week's: ids take their instant one after the other.
  const before = [0, WEEK + 1, 2 * WEEK + 1].flatMap((ago) =>
    fiveHours.map((seconds) => ago + 5 * HOUR + seconds),
  );
  const usual = [WEEK, 2 * WEEK].flatMap((ago) => fiveHours.map((seconds) => ago + seconds));
  await came(db, "web-form", [...before, ...usual]); // none for five hours, unlike one and two weeks ago
  await came(db, "desk", before); // as silent as at this time of every week
  const webForm = await pathOf(db, "web-form");
  expect(webForm.is_silent).toBe(true);
  expect(webForm.usual_arrivals).toBeGreaterThanOrEqual(12); // the hours at both edges may be left out
  expect(await pathOf(db, "desk")).toMatchObject({ is_silent: false, usual_arrivals: 0 });
});

test("silent when it never was so for half as long; an hour is no silence, and the past never is", async ({
  db,
}) => {
  await came(db, "web-form", [5 * DAY, 6 * DAY, 8 * DAY]);
  await came(db, "desk", [3 * DAY, 4 * DAY, 6 * DAY]);
  await came(db, "partner-feed", [59 * 60, 59 * 60 + 5, 2 * HOUR]);
  await came(db, "olist-mql", [20 * DAY, 21 * DAY]);
  expect(
    await allRows(
      db,
      "select path, is_silent, longest_gap_seconds::int from bi.capture_paths where last_arrival_at is not null order by path",
    ),
  ).toEqual([
    { path: "desk", is_silent: false, longest_gap_seconds: 2 * DAY },
    { path: "olist-mql", is_silent: false, longest_gap_seconds: DAY },
    { path: "partner-feed", is_silent: false, longest_gap_seconds: expect.any(Number) },
    { path: "web-form", is_silent: true, longest_gap_seconds: 2 * DAY },
  ]);
});

test("a BI login sees the paths of its territories, and counts the captures that it may see", async ({
  db,
}) => {
  await receive(db, [
    { path: "partner-feed", attributes: someone({ country: "DE" }) },
    { path: "partner-feed", attributes: someone({ country: "FR" }) },
    { path: "web-form", attributes: someone({ country: "DE" }) },
  ]);
  expect((await pathOf(db, "partner-feed")).arrivals_24_hours).toBe(2);
  await actAsLogin(db, "bi_de");
  expect(
    await allRows(
      db,
      "select path, arrivals_24_hours::int as arrivals, execution_owner, capture_owner from bi.capture_paths where path in ('partner-feed', 'web-form')",
    ),
  ).toEqual([{ path: "partner-feed", arrivals: 1, execution_owner: "sales-de", capture_owner: null }]);
  expect(await allRows(db, "select distinct territory from bi.capture_paths")).toEqual([{ territory: "de" }]);
  await stopActing(db);
});

test("view and columns say their unit and grain", async ({ db }) => {
  expect(
    await allValues(
      db,
      `select attname as value from pg_attribute
        where attrelid = 'bi.capture_paths'::regclass and attnum >= 0 and col_description(attrelid, attnum) is null`,
    ),
  ).toEqual([]);
  expect(await oneRow(db, "select obj_description('bi.capture_paths'::regclass) as text")).toEqual({
    text: expect.stringContaining("one row a path"),
  });
});

type PathRow = {
  arrivals_30_days: number;
  arrivals_24_hours: number;
  destination: string;
  is_silent: boolean;
  usual_arrivals: number;
};

async function pathOf(db: Client, path: string): Promise<PathRow> {
  const { row } = await oneRow<{ row: PathRow }>(
    db,
    "select to_jsonb(capture_paths) as row from bi.capture_paths where path = $1",
    [path],
  );
  return row;
}

/** Captures that arrived through the path so many seconds ago. */
async function came(db: Client, path: string, secondsAgo: number[]): Promise<void> {
  await db.query("select app_private.make_partitions(now() - interval '70 days', 6)");
  await db.query(
    `insert into app_public.captures (id, path_id, territory_id, trace_id, body, received_at, status, outcome, processed_at)
     select uuidv7(make_interval(secs => -ago)), capture_paths.id, capture_paths.territory_id, repeat('a', 32), '', now() - make_interval(secs => ago),
            'processed', 'lead_created', now()
       from unnest($2::int[]) as ago join app_public.capture_paths on capture_paths.slug = $1`,
    [path, secondsAgo],
  );
}
