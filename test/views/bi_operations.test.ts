import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { test as base } from "../support/database.ts";
import { merge, unmerge } from "../support/merges.ts";
import { DAY, writeHistory } from "../support/operations_history.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

/** The history of test/support/operations_history.ts is written down; what stands here was counted by hand. */
const test = base.extend("db", async ({ db }) => {
  await writeHistory(db);
  return db;
});

test("bi.operations_daily: the day as it is counted by hand", async ({ db }) => {
  expect(await dayOf(db, "de", DAY)).toEqual({
    trigger_volume: 6,
    success_rate: 0.8, // c1, c2, c3, c5 of five; c6 is pending
    exceptions: 2,
    exception_rate: 0.3333,
    median_seconds_to_route: 30, // 10, 30, 3,605
    median_seconds_to_action: 900, // 600 and 1,200
    manual_interventions: 4, // a claim, an edit of two fields, a case, a release
    unaided_share: 0.4, // c1 and c3
    closed_leads: 2,
    outcome_quality: 0.5,
    reworked: 1,
    rework_rate: 1,
  });
});

test("bi.operations_daily: a day ends at midnight where the territory is", async ({ db }) => {
  expect(await dayOf(db, "de", `${DAY} + 1`)).toMatchObject({ trigger_volume: 1, unaided_share: 1 });
  await db.query("update app_public.territories set time_zone = 'UTC' where slug = 'de'");
  expect(await dayOf(db, "de", DAY)).toMatchObject({ trigger_volume: 7 });
});

test("bi.operations_daily: a region's row holds no market's, and a BI login has its own days only", async ({
  db,
}) => {
  expect(await dayOf(db, "fr", DAY)).toMatchObject({
    trigger_volume: 1,
    exceptions: 0,
    outcome_quality: null,
  });
  await actAsLogin(db, "bi_de");
  expect(await dayOf(db, "de", DAY)).toMatchObject({ trigger_volume: 6, manual_interventions: 4 });
  expect(await allRows(db, "select from bi.operations_daily where territory <> 'de'")).toEqual([]);
  await stopActing(db);
});

test("a merge by hand is one deed, and its undoing another, though both leads tell of them", async ({
  db,
}) => {
  const deeds = () =>
    oneRow(db, "select coalesce(sum(manual_interventions), 0)::int as deeds from bi.operations_daily");
  const leads = await receive(db, [{ attributes: someone() }, { attributes: someone() }]);
  const [survivor = "", other = ""] = leads.map(({ leadId }) => leadId ?? "");
  const before = await oneValue<number>(
    db,
    "select sum(manual_interventions)::int as value from bi.operations_daily",
  );
  await merge(db, survivor, other, { actorId: await actorId(db, "mona") });
  expect(await deeds()).toEqual({ deeds: before + 1 });
  await unmerge(db, other, { actorId: await actorId(db, "mona"), asOf: await secondsLater(db, 1) });
  expect(await deeds()).toEqual({ deeds: before + 2 });
});

test("what an erasure closes is neither won nor lost", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const told = () =>
    oneRow(
      db,
      `select (select sum(leads)::int from bi.funnel) as leads, (select sum(lost)::int from bi.funnel) as lost,
              (select sum(closed_leads)::int from bi.operations_daily) as closed, (select avg(outcome_quality)::float from bi.operations_daily) as quality`,
    );
  const before = await told();
  await asWorker(db, () =>
    db.query("select app_private.erase_people(array[$1, md5('l2')]::uuid[], 'request', now())", [leadId]),
  );
  expect(await told()).toEqual(before);
  expect(
    await allRows(
      db,
      "select status, closed_at = erased_at as by_erasure from bi.leads where erased_at is not null order by 2",
    ),
  ).toEqual([
    { status: "closed_lost", by_erasure: false }, // l2 was lost before
    { status: "closed_lost", by_erasure: true },
  ]);
});

test("bi.capture_health: arrivals by what became of them", async ({ db }) => {
  expect(
    await oneRow(
      db,
      `select arrivals::int, processed::int, new_leads::int, known_leads::int, quarantined::int, failed::int, pending::int, discarded::int,
              released::int, success_rate::float, median_seconds_to_process, p95_seconds_to_process
         from bi.capture_health where path = 'partner-feed' and territory = 'de' and day = ${DAY}`,
    ),
  ).toEqual({
    arrivals: 6,
    processed: 4,
    new_leads: 3,
    known_leads: 1,
    quarantined: 1,
    failed: 0,
    pending: 1,
    discarded: 0,
    released: 1,
    success_rate: 0.8,
    median_seconds_to_process: 2,
    p95_seconds_to_process: 2,
  });
});

test("bi.funnel: how far the leads of each day have come; those of the past do not count", async ({ db }) => {
  const rows = await allRows(
    db,
    `select day - ${DAY} as day, leads::int, routed::int, owned::int, responded::int, qualified::int, won::int, lost::int, still_open::int
       from bi.funnel where territory = 'de' order by 1`,
  );
  const first = { leads: 3, routed: 3, owned: 2, responded: 2, qualified: 1, won: 1, lost: 1, still_open: 1 };
  const next = { leads: 1, routed: 1, owned: 1, responded: 0, qualified: 1, won: 0, lost: 0, still_open: 1 };
  expect(rows).toEqual([
    { day: 0, ...first },
    { day: 1, ...next },
  ]);
});

test("bi.routing_load: owners with what they carry, idle members with their room, the queue", async ({
  db,
}) => {
  await db.query(
    "update app_public.team_members set capacity = 3 from app_public.actors where actors.id = actor_id and slug = 'dirk'",
  );
  const rows = await allRows<{ owner: string | null }>(
    db,
    `select owner, is_queue, open_leads::int, unanswered_leads::int, breached_leads::int, assigned_7_days::int, given_back_7_days::int, capacity
       from bi.routing_load where territory = 'de' and coalesce(owner, 'dora') in ('dora', 'dirk') order by 1`,
  );
  const idle = { is_queue: false, open_leads: 0, unanswered_leads: 0, breached_leads: 0 };
  expect(rows).toMatchObject([
    { owner: "dirk", ...idle, assigned_7_days: 2, given_back_7_days: 1, capacity: 3 },
    { owner: "dora", is_queue: false, open_leads: 1, breached_leads: 1, assigned_7_days: 2 },
    { owner: null, is_queue: true, open_leads: 1, unanswered_leads: 1, assigned_7_days: 0 },
  ]);
});

test("bi.leads and bi.source_events: every row once, and nothing that names a person", async ({ db }) => {
  await db.query(
    "update app_public.leads set email = 'canary@mail.example', first_name = 'Canary', last_name = 'Canary', phone = '+49301234567', street = 'Canary'",
  );
  const leads = await allRows<object>(
    db,
    "select * from bi.leads where territory = 'de' order by first_seen_at",
  );
  expect(leads).toMatchObject([
    { status: "new", is_history: true },
    { status: "closed_won", is_won: true, owner: "dora", team: "sales-de" },
    { status: "closed_lost", is_won: false, owner: "dirk" },
    { status: "new", owner: null },
    { status: "qualified", owner: "dora" },
  ]);
  expect(JSON.stringify(leads)).not.toMatch(/canary|\+49301234567/i);
  const touches = await allRows(
    db,
    "select channel, count(*)::int from bi.source_events where territory = 'de' group by 1",
  );
  expect(touches).toEqual([{ channel: "newsletter", count: 4 }]);
});

function dayOf(db: Client, territory: string, day: string): Promise<object> {
  return oneRow<{ told: object }>(
    db,
    `select to_jsonb(operations_daily) - 'territory' - 'day' as told from bi.operations_daily where territory = $1 and day = ${day}`,
    [territory],
  ).then(({ told }) => told);
}
