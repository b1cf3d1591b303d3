import type { Client, ClientBase } from "pg";
import { afterEach, expect, vi } from "vitest";
import fireThresholds from "../../src/tasks/fire_thresholds.ts";
import { territoryId } from "../support/acme.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { fire, told } from "../support/cases.ts";
import { addPolicy, answer, changeStatus, clocksOf } from "../support/clocks.ts";
import { test } from "../support/database.ts";
import { ownerOf, sweep } from "../support/pools.ts";
import { allRows, allValues } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";
import { absent, switchOff } from "../support/staff.ts";

// What docs/sla.md promises, a sentence a test; pauses, second owners and late answers are in clocks.test.ts, outages and changes
// of a policy in sla_firing.test.ts, cases, follow-ups and approvals in cases.test.ts. German web leads have 300 seconds.

const REPS = ["dora", "dirk", "doris", "dieter"];

test("nobody owns the lead: at 80 % the manager of the territory hears of it, after 15 minutes it is hers", async ({
  db,
}) => {
  await absent(db, REPS);
  const { leadId } = await receiveOne(db, { attributes: someone() });
  expect(await ownerOf(db, leadId)).toBeNull();
  await fire(db, 240);
  expect(await told(db, "sla_threshold")).toMatchObject([{ recipient: "mona" }]);
  expect(await sweep(db, "assign_unassigned", 899)).toBe(0);
  expect(await sweep(db, "assign_unassigned", 900)).toBe(1);
  expect(await ownerOf(db, leadId)).toBe("mona");
  const [warning] = await told(db, "lead_unassigned");
  expect(warning?.text).toMatch(
    /^Warning: A new lead was unassigned for 15 minutes\. Lead .+, assigned to mona/,
  );
});

test("the manager is away: who answers for the territory above hears of the breach, at the end operations", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  await absent(db, ["mona"]);
  await fire(db, 300);
  expect((await told(db, "sla_threshold")).map(({ recipient }) => recipient)).toEqual([
    expect.stringMatching(/^d/),
    "olga",
  ]);
});

test("there is no manager up to the root: operations hear of it, and the lead goes to them", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "US" }) });
  expect(await ownerOf(db, leadId)).toBe("uma");
  await switchOff(db, ["marco"]);
  await fire(db, 900);
  expect(await told(db, "sla_threshold")).toMatchObject([{ recipient: "uma" }, { recipient: "olga" }]);
  await fire(db, 1350);
  expect(await ownerOf(db, leadId)).toBe("olga");
});

test("an answer that is told after the breach but was given before it makes the clock met", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await fire(db, 400);
  const [clock] = await clocksOf(db, leadId, "first_response");
  const inTime = new Date((clock?.started_at.getTime() ?? 0) + 200_000);
  await answer(db, leadId, inTime);
  expect(
    await allRows(db, "select sla_met_at, sla_breached_at, first_responded_at from app_public.leads"),
  ).toEqual([{ sla_met_at: inTime, sla_breached_at: null, first_responded_at: inTime }]);
  expect(await fired(db)).toEqual([80, 100]); // people were told: that stays written
  await fire(db, 9_000);
  expect(await fired(db)).toEqual([80, 100]);
});

test("a holiday moves the deadline, and one that becomes known on the way moves it again", async ({ db }) => {
  await addPolicy(db, {
    slug: "offer",
    territory: "de",
    source: "web-form",
    status: "qualified",
    kind: "stage_time",
    time: "working",
    target_seconds: 28_800,
  });
  const { leadId } = await receiveOne(db, { attributes: someone() });
  // The Thursday before Easter, two hours before the office closes. Friday and Monday are holidays in Germany.
  const thursday = new Date("2027-03-25T14:30:00Z");
  await changeStatus(db, leadId, "qualified", thursday);
  expect(await clocksOf(db, leadId, "stage_time")).toMatchObject([
    { due_at: new Date("2027-03-30T12:30:00Z") },
  ]);

  await closeOn(db, "2027-03-30", new Date("2027-03-27T00:00:00Z"));
  expect(await clocksOf(db, leadId, "stage_time")).toMatchObject([
    { due_at: new Date("2027-03-31T12:30:00Z") },
  ]);
});

afterEach(() => {
  vi.useRealTimers();
});

test("a clock that is wrong on the application's host changes nothing: the database's counts", async ({
  db,
}) => {
  await receiveOne(db, { attributes: someone() });
  await secondsPass(db, 250); // 80 % are over
  const year = 365 * 86_400_000;
  for (const wrong of [Date.now() + year, Date.now() - year]) {
    vi.useFakeTimers({ toFake: ["Date"], now: wrong });
    await work(db);
    expect(await fired(db)).toEqual([80]); // not the others early, not this one twice
  }
  await secondsPass(db, 60);
  await work(db); // still a year behind
  expect(await fired(db)).toEqual([80, 100]);
  const instants = await allRows(
    db,
    "select fired_at = now() as now from app_public.escalations order by id",
  );
  expect(instants).toEqual([{ now: true }, { now: true }]);
});

/** As if the clock had begun so much earlier. */
async function secondsPass(db: ClientBase, seconds: number): Promise<void> {
  await db.query(
    `update app_public.clocks set started_at = started_at - past, running_since = running_since - past,
       segment_started_at = segment_started_at - past, warn_at = warn_at - past, due_at = due_at - past,
       overdue_at = overdue_at - past, next_at = next_at - past
       from make_interval(secs => $1) as past`,
    [seconds],
  );
}

/** The worker's own job. */
async function work(db: Client): Promise<void> {
  await asWorker(db, () => db.query("select app_private.wake('fire_thresholds')"));
  await runJobs(db, { fire_thresholds: fireThresholds });
}

/** A day off of the German calendar that becomes known at this instant. */
async function closeOn(db: ClientBase, day: string, asOf: Date): Promise<void> {
  const germany = await territoryId(db, "de");
  await db.query(
    `update app_public.calendars set exceptions = exceptions || jsonb_build_array(jsonb_build_object('date', $1::text, 'name', 'Closed', 'windows', '[]'::jsonb))
      where territory_id = $2`,
    [day, germany],
  );
  await asWorker(db, async () => {
    await db.query(
      "select app_private.fill_calendar(calendars.id, $1) from app_public.calendars where territory_id = $2",
      [asOf, germany],
    );
    for (let [seen = 0] = [1]; seen > 0; ) {
      [seen = 0] = await allValues<number>(db, "select app_private.rearm_clocks($1, 100) as value", [asOf]);
    }
  });
}

function fired(db: ClientBase): Promise<number[]> {
  return allValues(db, "select threshold as value from app_public.escalations order by id");
}
