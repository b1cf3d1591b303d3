import type { ClientBase } from "pg";
import { expect } from "vitest";
import rearmClocks from "../../src/tasks/rearm_clocks.ts";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { answer, changeStatus, clocksOf } from "../support/clocks.ts";
import { forgetClock, merge, twoLeads, unmerge } from "../support/merges.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues, oneRow, oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

// A lead of the German web form is due after 300 seconds: thresholds at 240, 300 and 450. Instants are seconds after it came.

test("a longer target moves what is to come, and keeps what has run", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await policy(db, "target_seconds = 600");
  await rearm(db, 100);
  expect(await clock(db)).toEqual({ elapsed: 100, since: 100, next: 480, due: 600, fired: 0, target: 600 });
  expect(await shown(db)).toEqual({ warn: 480, due: 600, overdue: 900, breached: null });
});

test("what a shorter target puts into the past is due now, fires in order and is not late", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  await policy(db, "target_seconds = 60");
  await rearm(db, 80); // of 60 seconds
  expect(await clock(db)).toMatchObject({ elapsed: 80, next: 80, due: 80 });
  await fireAll(db, 81);
  await fireAll(db, 90);
  const fired = await allRows(
    db,
    "select threshold, extract(epoch from due_at - now())::int as due, is_late from app_public.escalations order by id",
  );
  expect(fired).toEqual([
    { threshold: 80, due: 80, is_late: false },
    { threshold: 100, due: 80, is_late: false },
    { threshold: 150, due: 90, is_late: false },
  ]);
  expect(await shown(db)).toMatchObject({ due: 80, breached: 80 });
});

test("what has fired stays fired, and fires no second time", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await fireAll(db, 240);
  await policy(db, "target_seconds = 3000, thresholds = '{50,80,90,100}'");
  await rearm(db, 250);
  expect(await clock(db)).toMatchObject({ elapsed: 250, fired: 2, next: 2700, due: 3000 });
  await fireAll(db, 3000);
  expect(await allValues(db, "select threshold as value from app_public.escalations order by id")).toEqual([
    80, 90, 100,
  ]);
});

test("a breach stays, with the deadline that was missed", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await fireAll(db, 300);
  await policy(db, "target_seconds = 600");
  await rearm(db, 310);
  expect(await clock(db)).toMatchObject({ fired: 2, due: 300, next: 900 });
  expect(await shown(db)).toMatchObject({ due: 300, breached: 300 });
});

test("a breach stays through a pause after the change, and when it is answered in it", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fireAll(db, 300);
  await policy(db, "target_seconds = 600");
  await rearm(db, 310);
  await pause(db, leadId, 350, 1000);
  await db.query("savepoint resting");
  await answer(db, leadId, await secondsLater(db, 400));
  expect(await shown(db)).toMatchObject({ due: 300, breached: 300 });
  await db.query("rollback to savepoint resting");
  await fireAll(db, 1000);
  expect(await shown(db)).toMatchObject({ due: 300, breached: 300 });
  await answer(db, leadId, await secondsLater(db, 1100));
  expect(await shown(db)).toMatchObject({ due: 300, breached: 300 });
});

test("a clock that rests goes on with the new target, and with what it had used", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pause(db, leadId, 100, 10_000);
  await policy(db, "target_seconds = 600");
  await rearm(db, 5000);
  expect(await clock(db)).toMatchObject({ elapsed: 100, since: null, next: 10_000, target: 600 });
  await fireAll(db, 10_000);
  expect(await clock(db)).toMatchObject({ elapsed: 100, since: 10_000, due: 10_500, fired: 0 });
});

test("what is told late of the time before the change counts as it was then", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await policy(db, "target_seconds = 600");
  await rearm(db, 100);
  await db.query("savepoint before");
  await answer(db, leadId, await secondsLater(db, 40));
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([{ elapsed: 40 }]);
  expect(await segments(db)).toEqual([{ from: 0, to: 40, working: 40 }]);
  await db.query("rollback to savepoint before");
  await policy(db, "pauses_on = '{nurturing}', max_pause_seconds = 86400, target_seconds = 500");
  await rearm(db, 200);
  await changeStatus(db, leadId, "nurturing", await secondsLater(db, 150)); // and so it rests since then
  expect(await clocksOf(db, leadId, "first_response")).toMatchObject([{ elapsed: 150 }]);
});

test("from calendar to working time: what ran is kept, and the interval is cut where it counts otherwise", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  await worksFrom(db, 1000);
  await policy(db, "time = 'working'");
  await rearm(db, 100);
  expect(await clock(db)).toMatchObject({ elapsed: 100, since: 100, next: 1140, due: 1200 });
  expect(await segments(db)).toEqual([{ from: 0, to: 100, working: 100 }]);
});

test("other working hours move what is to come; the hours that have passed are as they were", async ({
  db,
}) => {
  await worksFrom(db, 50);
  await policy(db, "time = 'working'");
  await receiveOne(db, { attributes: someone() });
  expect(await clock(db)).toMatchObject({ next: 290, due: 350 });
  await db.query(
    `update app_private.calendar_spans as spans set ends_at = now() + interval '100 seconds' from app_public.calendars
      where calendars.id = calendar_id and calendars.slug = 'office-de' and spans.seconds_before = 86400;
     insert into app_private.calendar_spans (calendar_id, starts_at, ends_at, seconds_before)
     select id, now() + interval '5000 seconds', now() + interval '90000 seconds', 86450 from app_public.calendars where slug = 'office-de'`,
  );
  await rearm(db, 90); // the policy
  await rearm(db, 90);
  expect(await clock(db)).toMatchObject({ elapsed: 0, since: 0, next: 5190, due: 5250 });
  expect(await segments(db)).toEqual([]);
});

test("another calendar for a territory moves its clocks, and those below", async ({ db }) => {
  await policy(db, "time = 'working'");
  await worksFrom(db, 0);
  await receiveOne(db, { attributes: someone() });
  await db.query("delete from app_private.clock_changes");
  await db.query("update app_public.territories set calendar_id = null where slug = 'de'");
  await rearm(db, 10);
  const { calendar } = await oneRow(
    db,
    "select (select slug from app_public.calendars where id = calendar_id) as calendar from app_public.clocks",
  );
  expect(calendar).toBeNull(); // nothing above has one: every second counts
  expect(await clock(db)).toMatchObject({ elapsed: 10, due: 300 });
});

test("others are left alone: of another policy, stopped, and the same again", async ({ db }) => {
  await receive(db, [
    { attributes: someone() },
    { attributes: someone() },
    { attributes: someone({ country: "FR" }) },
  ]);
  await asWorker(db, () =>
    db.query(
      "select app_private.stop_clocks(array[(select id from app_public.leads order by id limit 1)], array[now() + interval '1 second'])",
    ),
  );
  const before = await allRows(db, ALL);
  await policy(db, "target_seconds = 600");
  await rearm(db, 100);
  const after = await allRows(db, ALL);
  expect(after.filter((row, at) => JSON.stringify(row) !== JSON.stringify(before[at]))).toHaveLength(1);
  await rearm(db, 200);
  expect(await allRows(db, ALL)).toEqual(after);
});

test("it goes in steps, and a second walk a minute later finds who was written meanwhile", async ({ db }) => {
  await receive(
    db,
    Array.from({ length: 5 }, () => ({ attributes: someone() })),
  );
  await policy(db, "target_seconds = 600");
  const steps = [];
  for (let step = 0; step < 4; step += 1) steps.push(await rearm(db, 10, 2));
  expect(steps).toEqual([2, 2, 1, 0]);
  // As an arrival that read the old policy and commits after the walk.
  await db.query(
    "update app_public.clocks set target_seconds = 300 where lead_id = (select min(lead_id::text)::uuid from app_public.clocks)",
  );
  expect(await rearm(db, 59)).toBe(0);
  expect(await rearm(db, 61)).toBe(5);
  expect(await allValues(db, "select distinct target_seconds as value from app_public.clocks")).toEqual([
    600,
  ]);
  expect(await rearm(db, 1000)).toBe(0);
  expect(await oneValue(db, "select finished_at is not null as value from app_private.clock_changes")).toBe(
    true,
  );
});

test("a change of words, of actions or of a policy's place asks for nothing", async ({ db }) => {
  await policy(db, "threshold_actions = '{\"80\": []}', is_active = true");
  await db.query("update app_public.territories set name = 'Deutschland' where slug = 'de'");
  expect(await allRows(db, "select from app_private.clock_changes")).toEqual([]);
});

// enqueue_rearm_clocks
test("the change itself asks for the job", async ({ db }) => {
  await receiveOne(db, { attributes: someone() });
  await policy(db, "target_seconds = 600");
  await runJobs(db, { rearm_clocks: rearmClocks });
  expect(await clock(db)).toMatchObject({ due: 600 });
});

const ALL = "select * from app_public.clocks order by id";

/** Another policy, and nothing else that clocks have to follow. */
for (const [how, before] of [
  ["stood still in a merge", async () => {}],
  ["was another lead's by a merge", forgetClock],
] as const) {
  test(`a clock that ${how} while its policy was changed goes on at home by what that says now`, async ({
    db,
  }) => {
    const { survivorId, mergedId } = await twoLeads(db);
    await before(db, survivorId);
    await merge(db, survivorId, mergedId, { asOf: await secondsLater(db, 10) });
    await policy(db, "target_seconds = 600, thresholds = '{10,80,100}'");
    await rearm(db, 50);
    await fireAll(db, 70);
    await unmerge(db, mergedId, { asOf: await secondsLater(db, 100) });
    const [clock] = await clocksOf(db, mergedId, "first_response");
    expect(clock).toMatchObject({ due_at: await secondsLater(db, 600), elapsed: 100 });
  });
}

async function policy(db: ClientBase, says: string): Promise<void> {
  await db.query("delete from app_private.clock_changes");
  await db.query(`update app_public.sla_policies set ${says} where slug = 'first-response-de-web'`);
}

function rearm(db: ClientBase, seconds: number, atMost = 100): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(db, "select app_private.rearm_clocks(now() + make_interval(secs => $1), $2) as value", [
      seconds,
      atMost,
    ]),
  );
}

async function fireAll(db: ClientBase, seconds: number): Promise<void> {
  await asWorker(db, async () => {
    for (let fired = 1; fired > 0; ) {
      fired = await oneValue<number>(
        db,
        "select app_private.fire_thresholds(now() + make_interval(secs => $1), 100) as value",
        [seconds],
      );
    }
  });
}

async function pause(db: ClientBase, leadId: string, from: number, until: number): Promise<void> {
  await asWorker(db, () =>
    db.query(
      `select app_private.pause_clocks(array[row(clocks.id, now() + make_interval(secs => $2), 'by_hand', now() + make_interval(secs => $3))::app_private.clock_pause])
         from app_public.clocks where lead_id = $1`,
      [leadId, from, until],
    ),
  );
}

/** The only clock, in seconds after it began. */
function clock(db: ClientBase) {
  return oneRow(
    db,
    `select elapsed_seconds::int as elapsed, extract(epoch from running_since - now())::int as since,
            extract(epoch from next_at - now())::int as next, extract(epoch from due_at - now())::int as due, fired, target_seconds as target
       from app_public.clocks`,
  );
}

function shown(db: ClientBase) {
  return oneRow(
    db,
    `select extract(epoch from sla_warn_at - now())::int as warn, extract(epoch from sla_due_at - now())::int as due,
            extract(epoch from sla_overdue_at - now())::int as overdue, extract(epoch from sla_breached_at - now())::int as breached
       from app_public.leads`,
  );
}

/** The German calendar works from so many seconds after this transaction began, for a day. */
async function worksFrom(db: ClientBase, seconds: number): Promise<void> {
  await db.query(
    "delete from app_private.calendar_spans using app_public.calendars where calendars.id = calendar_id and slug = 'office-de'",
  );
  await db.query(
    // With a day long ago, so that now lies between two: before the first span its ordinary week would count.
    `insert into app_private.calendar_spans (calendar_id, starts_at, ends_at, seconds_before)
     select id, now() + days.since, now() + days.since + interval '1 day', days.seconds_before
       from app_public.calendars
      cross join (values (interval '-9 days', 0), (make_interval(secs => $1), 86400)) as days (since, seconds_before)
      where slug = 'office-de'`,
    [seconds],
  );
}

function segments(db: ClientBase) {
  return allRows(
    db,
    `select extract(epoch from started_at - now())::int as from, extract(epoch from ended_at - now())::int as to, working_seconds::int as working
       from app_public.clock_segments order by started_at`,
  );
}
