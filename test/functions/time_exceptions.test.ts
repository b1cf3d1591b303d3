import { expect } from "vitest";
import { asWorker, receive, receiveOne, secondsLater, someone } from "../support/arrivals.ts";
import { attempt, clocksOf, fire, openCase } from "../support/cases.ts";
// Of start_case_clocks and stop_case_clocks too; time_tasks and time_approvals do the same for their tables.
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow } from "../support/rows.ts";

const HOUR = 3_600;

test("a case opens with its clocks; the first ends when somebody has it, the other when it is resolved", async ({
  db,
}) => {
  const id = await openCase(db, "contract_violation");
  expect(await clocksOf(db, id)).toEqual({ acknowledge: HOUR / 2, resolve: 2 * HOUR });
  await attempt(db, "olga", "select app_public.acknowledge_exception($1)", [id]);
  expect(await clocksOf(db, id)).toEqual({ resolve: 2 * HOUR });
  await attempt(db, "olga", "select app_public.resolve_exception($1, 'mended')", [id]);
  expect(await clocksOf(db, id)).toEqual({});
});

test("nobody can open, close or open a case again past its clocks, not even by hand", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const { id } = await oneRow<{ id: string }>(
    db,
    `insert into app_public.exceptions (territory_id, kind, reason, lead_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
     select leads.territory_id, 'processing_failed', 'By hand', leads.id, teams.id, teams.id, 'docs/runbooks/processing_failed.md', now(), now() + interval '1 hour'
       from app_public.leads, app_public.teams where leads.id = $1 and teams.slug = 'operations' returning id`,
    [leadId],
  );
  expect(await clocksOf(db, id)).toEqual({ resolve: HOUR });
  await db.query("update app_public.exceptions set resolved_at = now(), outcome = 'done'");
  expect(await clocksOf(db, id)).toEqual({});
  await db.query("update app_public.exceptions set resolved_at = null, outcome = null");
  expect(await clocksOf(db, id)).toEqual({ resolve: HOUR });
  await db.query("update app_public.exceptions set due_at = due_at + interval '1 hour'");
  expect(await clocksOf(db, id)).toEqual({ resolve: 2 * HOUR });
  await db.query("update app_public.exceptions set note = 'nothing that a clock could care for'");
  expect(await allRows(db, "select from app_public.clocks where exception_id is not null")).toHaveLength(3);
});

test("is_test_case: cases of tests alarm nobody, and are listed all the same", async ({ db }) => {
  const [refused] = await receive(db, [{ attributes: someone({ country: "JP" }), isTest: true }]);
  const { leadId } = await receiveOne(db, { attributes: someone(), isTest: true });
  await openCase(db, "processing_failed", { leadId });
  await db.query("update app_public.exceptions set resolved_at = opened_at, outcome = 'done'");
  await db.query(
    "update app_public.exceptions set resolved_at = null, outcome = null, due_at = due_at + interval '1 hour'",
  );
  expect(await fire(db, 90 * 24 * HOUR)).toBe(0);
  for (const table of ["clocks", "exception_escalations", "notifications"]) {
    expect([table, await allRows(db, `select from app_public.${table}`)]).toEqual([table, []]);
  }
  expect(refused?.status).toBe("quarantined");
  expect(
    await allRows(db, "select kind from app_public.exceptions where resolved_at is null order by kind"),
  ).toEqual([{ kind: "no_territory" }, { kind: "processing_failed" }]);
});

test("each team's time is a segment of its own", async ({ db }) => {
  await openCase(db, "nobody_available", { path: "partner-feed" });
  await fire(db, HOUR);
  await fire(db, 3 * HOUR);
  expect(
    await allRows(
      db,
      `select teams.slug as team, clocks.kind, working_seconds::int as seconds from app_public.clock_segments
         join app_public.clocks on clocks.id = clock_id join app_public.teams on teams.id = team_id
        where exception_id is not null order by clock_segments.started_at, clocks.kind`,
    ),
  ).toEqual([
    { team: "sales-de", kind: "acknowledge", seconds: HOUR },
    { team: "sales-de", kind: "resolve", seconds: HOUR },
    { team: "sales-emea", kind: "acknowledge", seconds: 2 * HOUR },
    { team: "sales-emea", kind: "resolve", seconds: 2 * HOUR },
  ]);
});

test("a policy in working time counts the working time of the territory's calendar", async ({ db }) => {
  await db.query("update app_public.exception_policies set time = 'working' where kind = 'no_territory'");
  await db.query(
    `with made as (insert into app_public.calendars (slug, territory_id, time_zone, windows)
       select 'weekdays', id, 'UTC', '[{"days": [1], "from": "09:00", "to": "17:00"}]' from app_public.territories where slug = 'de' returning id)
     update app_public.territories set calendar_id = made.id from made where territories.slug = 'de'`,
  );
  await db.query(
    `insert into app_private.calendar_spans (calendar_id, starts_at, ends_at, seconds_before)
     select calendars.id, now() + make_interval(secs => from_seconds), now() + make_interval(secs => until_seconds), before
       from app_public.calendars, (values (-7200, 3600, 0), (86400, 93600, 10800)) as spans (from_seconds, until_seconds, before)`,
  );
  const id = await openCase(db, "no_territory");
  expect(await clocksOf(db, id)).toEqual({ acknowledge: HOUR / 2, resolve: 25 * HOUR }); // an hour now, an hour tomorrow
  expect(await oneRow(db, "select target_seconds from app_public.clocks where kind = 'resolve'")).toEqual({
    target_seconds: 2 * HOUR,
  });
});

test("clocks of many cases start and stop in one statement each, and none twice", async ({ db }) => {
  for (const kind of ["contract_violation", "no_territory"]) await openCase(db, kind);
  const asOf = await secondsLater(db, 60);
  await asWorker(db, () =>
    db.query("update app_public.exceptions set resolved_at = $1, outcome = 'done'", [asOf]),
  );
  expect(
    await allRows(
      db,
      `select kind, extract(epoch from stopped_at - started_at)::int as ran, elapsed_seconds::int as elapsed
         from app_public.clocks where exception_id is not null order by kind`,
    ),
  ).toEqual([
    { kind: "acknowledge", ran: 60, elapsed: 60 },
    { kind: "acknowledge", ran: 60, elapsed: 60 },
    { kind: "resolve", ran: 60, elapsed: 60 },
    { kind: "resolve", ran: 60, elapsed: 60 },
  ]);
});

test("a case moves with its lead to another territory, and its clocks with it", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const id = await openCase(db, "processing_failed", { leadId });
  await db.query(
    "update app_public.leads set territory_id = (select id from app_public.territories where slug = 'fr') where id = $1",
    [leadId],
  );
  const places = await allRows(
    db,
    `select distinct territories.slug from app_public.clocks join app_public.territories on territories.id = clocks.territory_id
      where exception_id = $1`,
    [id],
  );
  expect(places).toEqual([{ slug: "fr" }]);
});
