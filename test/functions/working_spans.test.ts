import type { ClientBase } from "pg";
import { expect } from "vitest";
import { storeCalendar } from "../calendars/compare.ts";
import type { RandomCalendar } from "../calendars/wall_clock.ts";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const daily = (from: string, to: string) => [{ days: WEEK, from, to }];
const only = (day: string, from: string, to: string) => [{ days: [day], from, to }];

test.for<{ what: string; calendar: Partial<RandomCalendar>; from: string; to: string; spans: string[] }>([
  {
    what: "a working day on the eve of summer time and on its first day have eight hours each",
    calendar: { windows: daily("09:00", "17:00") },
    from: "2027-03-27",
    to: "2027-03-29",
    spans: ["2027-03-27T08:00Z 8 h", "2027-03-28T07:00Z 8 h"],
  },
  {
    what: "an early window is an hour short when the clocks go on",
    calendar: { windows: daily("01:00", "04:00") },
    from: "2027-03-28",
    to: "2027-03-29",
    spans: ["2027-03-28T00:00Z 2 h"],
  },
  {
    what: "and has an hour more when they go back",
    calendar: { windows: daily("01:00", "04:00") },
    from: "2027-10-31",
    to: "2027-11-01",
    spans: ["2027-10-30T23:00Z 4 h"],
  },
  {
    what: "a window inside of the hour that is skipped is none",
    calendar: { windows: daily("02:00", "03:00") },
    from: "2027-03-27",
    to: "2027-03-30",
    spans: ["2027-03-27T01:00Z 1 h", "2027-03-29T00:00Z 1 h"],
  },
  {
    what: "one that begins in it begins when it is over",
    calendar: { windows: daily("02:30", "05:00") },
    from: "2027-03-28",
    to: "2027-03-29",
    spans: ["2027-03-28T01:00Z 2 h"],
  },
  {
    what: "one inside of the hour that comes twice comes twice",
    calendar: { windows: daily("02:00", "02:30") },
    from: "2027-10-31",
    to: "2027-11-01",
    spans: ["2027-10-31T00:00Z 0.5 h", "2027-10-31T01:00Z 0.5 h"],
  },
  {
    what: "a night belongs to the day on which it begins: it goes on into a holiday and does not begin on one",
    calendar: { windows: daily("22:00", "06:00"), holidays: ["2027-06-02"] },
    from: "2027-06-01T10:00:00+02",
    to: "2027-06-04T10:00:00+02",
    spans: ["2027-06-01T20:00Z 8 h", "2027-06-03T20:00Z 8 h"],
  },
  {
    what: "the night of the change is an hour longer in autumn",
    calendar: { windows: only("sat", "22:00", "06:00") },
    from: "2027-10-30",
    to: "2027-11-01",
    spans: ["2027-10-30T20:00Z 9 h"],
  },
  {
    what: "the leap day is a day like others, and a holiday of that day comes with it alone",
    calendar: { windows: daily("09:00", "10:00"), holidays: ["02-29"] },
    from: "2028-02-28",
    to: "2028-03-02",
    spans: ["2028-02-28T08:00Z 1 h", "2028-03-01T08:00Z 1 h"],
  },
  {
    what: "what overlaps or touches is one span",
    calendar: {
      windows: [...daily("09:00", "12:00"), ...daily("11:00", "13:00"), ...daily("13:00", "14:00")],
    },
    from: "2027-06-01",
    to: "2027-06-02",
    spans: ["2027-06-01T07:00Z 5 h"],
  },
  {
    what: "an exception has the only windows of its date, holiday or not; without any it is closed",
    calendar: {
      windows: daily("09:00", "17:00"),
      holidays: ["06-02"],
      exceptions: [
        { date: "2027-06-01", windows: [] },
        { date: "2027-06-02", windows: [{ from: "10:00", to: "11:00" }] },
      ],
    },
    from: "2027-06-01",
    to: "2027-06-03",
    spans: ["2027-06-02T08:00Z 1 h"],
  },
  {
    what: "clocks that are set back at midnight give their evening twice",
    calendar: { zone: "America/Havana", windows: only("sun", "00:00", "01:00") },
    from: "2027-11-07T00:00:00Z",
    to: "2027-11-08T00:00:00Z",
    spans: ["2027-11-07T04:00Z 2 h"],
  },
  {
    what: "half an hour where clocks change by half an hour",
    calendar: { zone: "Australia/Lord_Howe", windows: only("sun", "01:00", "03:00") },
    from: "2027-10-02T00:00:00Z",
    to: "2027-10-04T00:00:00Z",
    spans: ["2027-10-02T14:30Z 1.5 h"],
  },
  {
    what: "ends are cut to what is asked",
    calendar: { windows: daily("00:00", "24:00") },
    from: "2027-06-01T10:00:00Z",
    to: "2027-06-03T11:30:00Z",
    spans: ["2027-06-01T10:00Z 49.5 h"],
  },
])("$what", async ({ calendar, from, to, spans }, { db }) => {
  const id = await storeCalendar(db, calendar);
  await db.query("set local timezone = 'Europe/Berlin'");
  expect(await spansOf(db, id, from, to)).toEqual(spans);
});

// A session of another zone must not move a day.
test.for(["UTC", "Pacific/Kiritimati", "America/Santiago"])(
  "a session in %s gets the same",
  async (zone, { db }) => {
    const id = await storeCalendar(db, { windows: daily("22:00", "02:00"), holidays: ["04-04"] });
    await db.query("select set_config('timezone', $1, true)", [zone]);
    const found = await spansOf(db, id, "2027-04-03T12:00:00Z", "2027-04-06T12:00:00Z");
    expect(found).toEqual(["2027-04-03T20:00Z 4 h", "2027-04-05T20:00Z 4 h"]);
  },
);

test("shifts of a zone follow one another from instant to instant", async ({ db }) => {
  const shifts = await allRows(
    db,
    `select to_char((starts - distance), 'YYYY-MM-DD HH24:MI') as from, to_char((ends - distance), 'YYYY-MM-DD HH24:MI') as to, distance::text
       from app_private.zone_shifts('Australia/Lord_Howe', '2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z')`,
  );
  expect(shifts).toEqual([
    { from: "2027-01-01 00:00", to: "2027-04-03 15:00", distance: "11:00:00" },
    { from: "2027-04-03 15:00", to: "2027-10-02 15:30", distance: "10:30:00" },
    { from: "2027-10-02 15:30", to: null, distance: "11:00:00" },
  ]);
});

async function spansOf(db: ClientBase, id: number, from: string, to: string): Promise<string[]> {
  const rows = await asWorker(db, () =>
    allRows<{ span: string }>(
      db,
      `select to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') || ' ' || trim_scale(extract(epoch from ends_at - starts_at) / 3600) || ' h' as span
         from app_private.working_spans($1, $2, $3) order by starts_at`,
      [id, from, to],
    ),
  );
  return rows.map(({ span }) => span);
}
