import { afterAll, beforeAll, expect, test } from "vitest";
import { type Model, readModel } from "../../src/cli/simulate/model.ts";
import { type Played, play } from "../../src/cli/simulate/play.ts";
import { type Report, readReport } from "../../src/cli/simulate/report.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { BLAMED_OTHERS, DIFFERENT_COLUMNS, SEGMENT_RULES } from "../support/clocks.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { allRows, oneRow } from "../support/rows.ts";

// Two weeks of the sample organization, once in each of two databases, across a night in which the clocks change.
const from = new Date("2027-03-22T00:00:00Z");
const until = new Date("2027-04-05T00:00:00Z");

const databases: TestDatabase[] = [];
const told: { played: Played; report: Report; events: object[] }[] = [];

beforeAll(async () => {
  const model = await smallModel();
  databases.push(await createDatabase(), await createDatabase());
  told.push(
    ...(await Promise.all(
      databases.map(({ urls }) =>
        withConnection(urls.worker, async (client) => ({
          played: await play(client, { model, period: { from, until, seed: 7 } }),
          report: await readReport(client),
          events: await allRows(client, EVENTS),
        })),
      ),
    )),
  );
}, 240_000);

afterAll(() => Promise.all(databases.map((database) => database.drop())));

test("enough happens to be tried: breaches, late ones, new owners, pauses, cases", async () => {
  const happened = await asked(`
    select (select count(*) from app_public.escalations where threshold >= 100 and lead_id is not null) > 10 as breaches,
           (select count(*) from app_public.escalations where is_late) > 2 as late,
           (select count(*) from app_public.assignments where ended_at is not null) > 10 as "new owners",
           (select count(*) from app_public.clock_segments where is_paused) > 0 as pauses,
           (select count(*) from app_public.clocks where kind = 'next_response') > 2 as "second words",
           (select count(*) from app_public.clocks where lead_id is null) > 2 as cases`);
  expect(Object.values(happened)).toEqual(Object.values(happened).map(() => true));
});

test("no threshold that is due is left unfired, and none fired before it was due", async () => {
  expect(await found(`select id from app_public.clocks where next_at < $1`, [until])).toEqual([]);
  expect(await found("select id from app_public.escalations where fired_at < due_at")).toEqual([]);
});

test("only what fell due while no worker ran is late", async () => {
  expect(await found(LATE_FOR_NO_REASON, outages())).toEqual([]);
});

test("the thresholds of each clock fired completely, once, and in order", async () => {
  expect(await found(OUT_OF_ORDER)).toEqual([]);
  expect(await found(INCOMPLETE, [...outages(), until])).toEqual([]);
});

for (const [rule, clocksThatBreakIt] of Object.entries(SEGMENT_RULES)) {
  test(`intervals of clocks: ${rule}`, async () => {
    expect(await found(clocksThatBreakIt)).toEqual([]);
  });
}

test("a lead shows the clock that counts", async () => {
  expect(await found(DIFFERENT_COLUMNS)).toEqual([]);
});

test("a breach is told of who had the lead at the deadline", async () => {
  expect(await found(BLAMED_OTHERS)).toEqual([]);
});

test("no lead has two owners at any time", async () => {
  expect(await found(TWO_OWNERS)).toEqual([]);
});

test("the same seed plays the same, event by event", () => {
  const [one, other] = told;
  expect(one?.played.arrivals).toBeGreaterThan(20);
  expect(other).toEqual(one);
});

/** Few arrivals, so that it is soon over; much goes wrong, so that much is tried. */
async function smallModel(): Promise<Model> {
  const model = await readModel();
  return {
    ...model,
    arrivals: { ...model.arrivals, per_day: 5 },
    answers: { ...model.answers, never: 0.3, pause: 0.1 },
    outages: { a_week: 3, minutes: 360 },
    absences: { a_week: 0.5, days: 2 },
  };
}

function found(text: string, values: unknown[] = []): Promise<object[]> {
  return withConnection(databases[0]?.urls.worker ?? "", (client) => allRows(client, text, values));
}

function asked(text: string): Promise<object> {
  return withConnection(databases[0]?.urls.worker ?? "", (client) => oneRow(client, text));
}

/** When they began, and when they ended. */
function outages(): [Date[], Date[]] {
  const played = told[0]?.played.outages ?? [];
  if (played.length === 0) throw new Error("Nothing was out.");
  return [played.map((outage) => outage.from), played.map((outage) => outage.until)];
}

// What fired at once, because nobody was there to fire it when it was due, is one event: in the order in which it was due.
const EVENTS = `
  select leads.email, escalations.threshold, clocks.kind, escalations.due_at, escalations.fired_at, actors.slug
    from app_public.escalations join app_public.clocks on clocks.id = escalations.clock_id
    left join app_public.leads on leads.id = escalations.lead_id
    left join app_public.actors on actors.id = escalations.recipient_id
   order by escalations.fired_at, escalations.due_at, clocks.kind, leads.email, actors.slug, escalations.threshold`;

const LATE_FOR_NO_REASON = `
  select due_at, fired_at from app_public.escalations
   where is_late and not exists (select from unnest($1::timestamptz[], $2::timestamptz[]) as outages (starts_at, ends_at)
                                  where due_at >= starts_at and due_at < ends_at)`;

// Each clock and the percentages that fired, in the order in which they did.
const FIRED = `
  fired as (
    select clock_id, array_agg(threshold order by id) as thresholds, array_agg(due_at order by id) as due_at, array_agg(fired_at order by id) as fired_at
      from app_public.escalations group by clock_id)`;

const OUT_OF_ORDER = `
  with ${FIRED}
  select clocks.id, clocks.thresholds, fired.thresholds as fired
    from app_public.clocks left join fired on clock_id = clocks.id
   where coalesce(fired.thresholds, '{}') <> clocks.thresholds[1:clocks.fired]
      or fired.due_at <> (select array_agg(at order by at) from unnest(fired.due_at) as at)
      or fired.fired_at <> (select array_agg(at order by at) from unnest(fired.fired_at) as at)`;

// What was used up by the end says how many should have fired. What happens at the very instant may come before or after.
// Who is answered while no worker runs needs nobody to be told. The clock of a case of which operations are reminded is replaced by one that counts from the same beginning.
const INCOMPLETE = `
  with used as (
    select clocks.*, case when lead_id is null then extract(epoch from coalesce(stopped_at, $3::timestamptz) - started_at)
                          when running_since is null then elapsed_seconds else app_private.elapsed_at(clocks, $3::timestamptz) end as used
      from app_public.clocks)
  select used.id, used.kind, used.fired, used.used, used.target_seconds, used.stopped_at
    from used
   where used.stopped_at is distinct from used.started_at
     and not exists (select from unnest($1::timestamptz[], $2::timestamptz[]) as outages (starts_at, ends_at)
                      where used.stopped_at between outages.starts_at and outages.ends_at)
     and used.fired not between (select count(*) from unnest(used.thresholds) as threshold where used.target_seconds * threshold / 100.0 < used.used)
                            and (select count(*) from unnest(used.thresholds) as threshold where used.target_seconds * threshold / 100.0 <= used.used)`;

const TWO_OWNERS = `
  select leads.id from app_public.leads
    left join app_public.assignments on assignments.lead_id = leads.id and assignments.ended_at is null
   group by leads.id having count(assignments.id) > 1 or max(assignments.owner_id) is distinct from leads.owner_id
  union all
  select one.lead_id from app_public.assignments as one
    join app_public.assignments as other on other.lead_id = one.lead_id and other.id > one.id
   where tstzrange(one.assigned_at, one.ended_at) && tstzrange(other.assigned_at, other.ended_at)`;
