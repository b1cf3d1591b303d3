import type { Client } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAs, actAsLogin, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

// A lead of the German web form has 300 seconds: thresholds at 240, 300 and 450.

test.for([
  [0, "running", 0, 300],
  [239, "running", 0.797, 61],
  [240, "warning", 0.8, 60],
  [300, "breached", 1, 0],
  [450, "breached", 1.5, -150],
] as const)(
  "after %i seconds it is %s, for a rep and in the queue of BI",
  async ([seconds, ...figures], { db }) => {
    const { leadId } = await receiveOne(db, { attributes: someone() });
    await pass(db, seconds);
    expect(await asRep(db, leadId)).toEqual(figures);
    expect(await asBi(db, leadId)).toEqual(figures);
  },
);

test("without a clock there is no state, no ratio and nothing remaining", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.leads set sla_kind = null, sla_breached_at = null");
  expect(await asRep(db, leadId)).toEqual(["none", null, null]);
  expect(await asBi(db, leadId)).toEqual(["none", null, null]);
});

test("answered in time it is met, with what it took; answered too late it is missed", async ({ db }) => {
  const met = await receiveOne(db, { attributes: someone() });
  await pass(db, 100);
  await answer(db, met.leadId);
  expect(await asRep(db, met.leadId)).toEqual(["met", 0.333, 200]);
  const missed = await receiveOne(db, { attributes: someone() });
  await pass(db, 600);
  await answer(db, missed.leadId);
  expect(await asRep(db, missed.leadId)).toEqual(["missed", 2, -300]);
  expect(await asBi(db, missed.leadId)).toEqual(["missed", 2, -300]);
});

test("who was answered too late waits no more, and burdens nobody's load", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pass(db, 600);
  await db.query("update app_public.clocks set fired = 3 where lead_id = $1", [leadId]);
  await db.query("select app_private.show_clocks(array[$1::uuid])", [leadId]);
  const load = () =>
    oneRow(
      db,
      "select sum(open_leads)::int as open, sum(breached_leads)::int as breached from bi.routing_load where territory = 'de'",
    );
  expect(await load()).toEqual({ open: 1, breached: 1 });
  await answer(db, leadId);
  expect(await load()).toEqual({ open: 1, breached: 0 });
});

test("what has not happened took no time, not no seconds", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const times = () =>
    oneRow(
      db,
      `select seconds_to_first_response is null as unanswered, working_seconds_to_first_response is null as unanswered_in_working_time,
              seconds_to_route is null as unrouted
         from app_public.lead_times where lead_id = $1`,
      [leadId],
    );
  expect(await times()).toEqual({ unanswered: true, unanswered_in_working_time: true, unrouted: false });
  await pass(db, 100);
  await answer(db, leadId);
  expect(await times()).toEqual({ unanswered: false, unanswered_in_working_time: false, unrouted: false });
});

test("the second owner is not blamed for a spent clock", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pass(db, 310);
  await asWorker(db, () =>
    db.query(
      `select app_private.change_owner(leads, (select id from app_public.actors where slug = 'dirk'), 'reassign', 'For the test.', now())
         from app_public.leads where id = $1`,
      [leadId],
    ),
  );
  await actAsLogin(db, "bi_de");
  const segments = await allRows(
    db,
    "select owner, working_seconds::int as seconds, ended_at is null as present from bi.clock_segments where lead_id = $1 order by started_at",
    [leadId],
  );
  const [clock] = await allRows(
    db,
    "select is_breached, breached_owner, elapsed_seconds::int as elapsed from bi.sla_performance where lead_id = $1",
    [leadId],
  );
  await stopActing(db);
  expect(segments).toEqual([
    { owner: "dora", seconds: 310, present: false },
    { owner: "dirk", seconds: 0, present: true },
  ]);
  expect(clock).toEqual({ is_breached: true, breached_owner: "dora", elapsed: 310 });
});

test("intervals and times are those of BI, and a neighbour has none of them", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await pass(db, 60);
  await actAs(db, await actorId(db, "dora"));
  const own = await oneRow(db, TIMES, [leadId]);
  expect(own).toEqual({ intervals: 1, seconds: 60, owned: expect.any(Number) });
  await stopActing(db);
  await actAs(db, await actorId(db, "felix"));
  expect(await allRows(db, "select from app_public.clock_intervals where lead_id = $1", [leadId])).toEqual(
    [],
  );
  expect(await allRows(db, "select from app_public.lead_times where lead_id = $1", [leadId])).toEqual([]);
  await stopActing(db);
});

test("a trace that was not closed in time breached its outcome clock", async ({ db }) => {
  await db.query(
    `insert into app_public.sla_policies (slug, territory_id, kind, target_seconds)
     select 'outcome-de', id, 'outcome', 1000 from app_public.territories where slug = 'de'`,
  );
  const { traceId } = await receiveOne(db, { attributes: someone() });
  const outcome = () =>
    oneRow(
      db,
      "select state, is_breached, elapsed_ratio::float as ratio from bi.trace_outcomes where trace_id = $1",
      [traceId],
    );
  await pass(db, 999);
  expect(await outcome()).toEqual({ state: "warning", is_breached: false, ratio: 0.999 });
  await pass(db, 1);
  expect(await outcome()).toEqual({ state: "breached", is_breached: true, ratio: 1 });
});

const TIMES = `
  select (select count(*)::int from app_public.leads_clock_intervals(leads)) as intervals,
         (select sum(working_seconds)::int from app_public.leads_clock_intervals(leads)) as seconds,
         (select seconds_to_ownership::int from app_public.leads_times(leads)) as owned
    from app_public.leads where id = $1`;

/** As if every clock had begun so much earlier. */
async function pass(db: Client, seconds: number): Promise<void> {
  await db.query(
    `update app_public.clocks set started_at = started_at - past, running_since = running_since - past,
       segment_started_at = segment_started_at - past, warn_at = warn_at - past, due_at = due_at - past,
       overdue_at = overdue_at - past, next_at = next_at - past
       from make_interval(secs => $1) as past where stopped_at is null`,
    [seconds],
  );
  await db.query(
    "select app_private.show_clocks(array(select lead_id from app_public.clocks where lead_id is not null))",
  );
}

async function answer(db: Client, leadId: string): Promise<void> {
  await asWorker(db, () =>
    db.query("select app_private.stop_clocks(array[$1::uuid], array[now()])", [leadId]),
  );
}

async function asRep(db: Client, leadId: string): Promise<unknown[]> {
  await actAs(db, await actorId(db, "dora"));
  const row = await oneRow(
    db,
    `select app_public.leads_sla_state(leads) as state, app_public.leads_sla_elapsed_ratio(leads) as ratio,
            app_public.leads_sla_remaining(leads) as remaining
       from app_public.leads where id = $1`,
    [leadId],
  );
  await stopActing(db);
  return Object.values(row);
}

async function asBi(db: Client, leadId: string): Promise<unknown[]> {
  await actAsLogin(db, "bi_de");
  const row = await oneRow(
    db,
    `select sla_state, sla_elapsed_ratio::float, sla_remaining_seconds::float from bi.lead_queue where lead_id = $1`,
    [leadId],
  );
  await stopActing(db);
  return Object.values(row);
}
