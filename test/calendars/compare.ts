import type { ClientBase } from "pg";
import { expect } from "vitest";
import { makeRandom } from "../../src/cli/demo/random.ts";
import { territoryId } from "../support/acme.ts";
import { asWorker } from "../support/arrivals.ts";
import { allRows, oneValue } from "../support/rows.ts";
import { makeWallClock, type RandomCalendar, randomCalendar } from "./wall_clock.ts";

const DAY = 86_400_000;
// Shifts at 02:00, at midnight, of half an hour, in a country of odd quarters, and none.
const ZONES = [
  ["Europe/Berlin", "2027-03-28", "2027-10-31"],
  ["America/New_York", "2027-03-14", "2027-11-07"],
  ["America/Havana", "2027-03-14", "2027-11-07"],
  ["America/Santiago", "2027-04-04", "2027-09-05"],
  ["Australia/Lord_Howe", "2027-04-04", "2027-10-03"],
  ["Pacific/Chatham", "2027-04-04", "2027-09-26"],
  ["Asia/Kathmandu", "2027-01-01", "2027-06-30"],
] as const;

/**
 * A random calendar by a seed, around a night in which clocks are changed, a leap day, or an end of what is filled: what
 * the database adds and measures is what a look at the clock each minute gives, and one undoes the other.
 */
export async function compareRandomly(db: ClientBase, seed: number, cases: number): Promise<void> {
  const random = makeRandom(seed);
  const [zone, ...nights] = random.pick(ZONES);
  const day = random.pick([...nights, ...nights, "2028-02-29", "2025-01-01", "2031-01-01"]);
  const around = Date.parse(day);
  const calendar = randomCalendar(random, zone, around);
  const id = await storeCalendar(db, calendar);
  const clock = makeWallClock(calendar);
  const instant = () => random.pick([1, 1_000, 60_000, 900_000]) * random.below(86_400);
  const asked = Array.from({ length: cases }, () => {
    const from = around + (random.below(16) - 8) * DAY + (instant() % DAY);
    const to = from + random.below(5) * DAY + (instant() % DAY);
    const ahead = Math.floor(clock.between(from, from + 9 * DAY) / 1_000);
    return { from, to, seconds: 1 + random.below(Math.max(ahead, 60)) };
  });
  const answered = await asWorker(db, async () => {
    await db.query("select app_private.fill_calendar($1, $2)", [id, AS_OF]);
    return allRows<{ between: string; added: Date; back: string }>(db, ASK, [id, JSON.stringify(asked)]);
  });
  asked.forEach(({ from, to, seconds }, n) => {
    const answer = answered[n];
    const said = { seed, day, calendar, from: new Date(from), to: new Date(to), seconds };
    expect({
      ...said,
      between: Number(answer?.between),
      added: answer?.added,
      back: Number(answer?.back),
    }).toEqual({
      ...said,
      between: clock.between(from, to) / 1_000,
      added: new Date(clock.add(from, seconds * 1_000)),
      back: -seconds,
    });
  });
}

/** Filled from here the spans reach from 2025 to the end of 2030. */
const AS_OF = "2027-07-01T12:00:00Z";

const ASK = `
  select app_private.working_seconds_between($1, began.at, to_timestamp(asked."to" / 1000.0)) as between,
         added.at as added, app_private.working_seconds_between($1, added.at, began.at) as back
    from rows from (jsonb_to_recordset($2) as ("from" numeric, "to" numeric, seconds numeric)) with ordinality as asked ("from", "to", seconds, n)
   cross join lateral (select to_timestamp(asked."from" / 1000.0) as at) as began
   cross join lateral (select app_private.add_working_time($1, began.at, asked.seconds) as at) as added
   order by asked.n`;

/** Not filled yet. Of the territory `de`. */
export async function storeCalendar(db: ClientBase, calendar: Partial<RandomCalendar>): Promise<number> {
  const { zone = null, windows = [], holidays = [], exceptions = [] } = calendar;
  return oneValue<number>(
    db,
    `insert into app_public.calendars (slug, territory_id, time_zone, windows, own_holidays, exceptions)
     values ('of-a-test-' || gen_random_uuid(), $1, $2, $3, $4, $5) returning id as value`,
    [
      await territoryId(db, "de"),
      zone,
      JSON.stringify(windows),
      JSON.stringify(holidays.map((date) => ({ date, name: "Holiday" }))),
      JSON.stringify(exceptions),
    ],
  );
}
