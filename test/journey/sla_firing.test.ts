import type { ClientBase } from "pg";
import { expect } from "vitest";
import fireThresholds from "../../src/tasks/fire_thresholds.ts";
import { asWorker, receive, someone } from "../support/arrivals.ts";
import { connect } from "../support/connections.ts";
import { test } from "../support/database.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

// German leads of the web form have 300 seconds: thresholds at 240, 300 and 450.

test("an outage of two hours across 300 thresholds: each fires once, in order, marked late", async ({
  db,
}) => {
  await receive(
    db,
    Array.from({ length: 100 }, () => ({ attributes: someone() })),
  );
  await hoursPass(db, 2);
  expect(await due(db)).toBe(100); // the next of each
  await asWorker(db, () => db.query("select app_private.wake('fire_thresholds')"));
  await runJobs(db, { fire_thresholds: fireThresholds });

  const clocks = await allRows(
    db,
    `select array_agg(escalations.threshold order by escalations.id) as fired, bool_and(escalations.is_late) as late,
            array_agg(extract(epoch from escalations.fired_at - escalations.due_at)::int order by escalations.id) as seconds
       from app_public.escalations group by escalations.clock_id`,
  );
  expect(clocks).toEqual(
    Array.from({ length: 100 }, () => ({ fired: [80, 100, 150], late: true, seconds: [6960, 6900, 6750] })),
  );
  expect(await oneValue(db, TOLD)).toBe(300);
  const { owners, breached } = await oneRow(
    db,
    `select array_agg(distinct actors.slug::text) as owners, count(sla_breached_at)::int as breached
       from app_public.leads join app_public.actors on actors.id = owner_id`,
  );
  expect([owners, breached]).toEqual([["mona"], 100]); // 150 %: to the escalation target
  expect(await due(db)).toBe(0);

  await asWorker(db, () => db.query("select app_private.wake('fire_thresholds')"));
  await runJobs(db, { fire_thresholds: fireThresholds });
  expect(await oneValue(db, TOLD)).toBe(300);
});

test("a policy changes in mid-flight: what ran counts, what fired stays, and the sweep goes on beside it", async ({
  database,
}) => {
  const [person, sweep] = await Promise.all([connect(database.urls.worker), connect(database.urls.worker)]);
  await receive(
    person,
    Array.from({ length: 40 }, () => ({ attributes: someone() })),
  );
  await hoursPass(person, 250 / 3600); // 80 % are due
  const asOf = await oneValue<Date>(person, "select now() as value");
  await fire(sweep, asOf, 30);
  await person.query(
    "update app_public.sla_policies set target_seconds = 1000 where slug = 'first-response-de-web'",
  );

  // The sweep fires while a step of the change holds some of the leads.
  await person.query("begin");
  await person.query("select app_private.rearm_clocks(now(), 10)");
  await sweep.query("set lock_timeout = '5s'");
  await fire(sweep, asOf, 500);
  await person.query("commit");
  await person.query("do $$ begin while app_private.rearm_clocks(now(), 10) > 0 loop end loop; end $$");

  const { clocks, fired, early, elapsed } = await oneRow<Record<string, number>>(
    person,
    `select count(*)::int as clocks, sum(clocks.fired)::int as fired,
            count(*) filter (where clocks.next_at < now() + interval '540 seconds')::int as early,
            count(*) filter (where clocks.elapsed_seconds between 250 and 320)::int as elapsed
       from app_public.clocks where clocks.target_seconds = 1000 and clocks.kind = 'first_response'`,
  );
  expect({ clocks, elapsed }).toEqual({ clocks: 40, elapsed: 40 });
  // 80 % of the old target had fired for at least 30; who was held meanwhile has it before them.
  const rows = await oneValue<number>(
    person,
    "select count(*)::int as value from app_public.escalations where threshold = 80",
  );
  expect(fired).toBe(rows);
  expect(rows).toBeGreaterThanOrEqual(30);
  expect(early).toBe(0);
});

const TOLD = "select count(*)::int as value from app_public.notifications where kind = 'sla_threshold'";

/** As if every clock had begun so much earlier and nobody had looked since. */
async function hoursPass(db: ClientBase, hours: number): Promise<void> {
  await db.query(
    `update app_public.clocks set started_at = started_at - past, running_since = running_since - past,
       segment_started_at = segment_started_at - past, warn_at = warn_at - past, due_at = due_at - past,
       overdue_at = overdue_at - past, next_at = next_at - past
       from make_interval(secs => $1) as past`,
    [hours * 3600],
  );
}

function due(db: ClientBase): Promise<number> {
  return oneValue(db, "select count(*)::int as value from bi.thresholds_due_unfired");
}

async function fire(db: ClientBase, asOf: Date, atMost: number): Promise<void> {
  await db.query("select app_private.fire_thresholds($1, $2)", [asOf, atMost]);
}
