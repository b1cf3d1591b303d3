import type { ClientBase } from "pg";
import { expect } from "vitest";
import { storeCalendar } from "../calendars/compare.ts";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"];
const office = (from: string, to: string) => [{ days: WEEKDAYS, from, to }];
const TUESDAY = "2027-06-01T10:00:00Z"; // noon in Berlin

test("the first fill goes from two years before to the end of the third year after", async ({ db }) => {
  const id = await storeCalendar(db, { windows: office("09:00", "17:00") });
  expect(await fill(db, id, TUESDAY)).toBe(true);
  expect(await ends(db, id)).toEqual({
    first: new Date("2025-01-01T08:00:00Z"),
    last: new Date("2030-12-31T23:00:00Z"),
  });
});

test("what says the same is left alone, until a year has passed", async ({ db }) => {
  const id = await storeCalendar(db, { windows: office("09:00", "17:00") });
  await fill(db, id, TUESDAY);
  const before = await rows(db, id);
  expect(await fill(db, id, "2027-12-31T22:00:00Z")).toBe(false);
  expect(await rows(db, id)).toEqual(before);
  expect(await fill(db, id, "2027-12-31T23:30:00Z")).toBe(true); // which is 2028 in Berlin
  expect((await ends(db, id)).last).toEqual(new Date("2031-12-31T23:00:00Z"));
  expect(await rows(db, id)).toEqual(expect.arrayContaining(before.slice(0, -1)));
});

test("a change holds from its instant on: what passed was measured, and stays", async ({ db }) => {
  const id = await storeCalendar(db, { windows: office("09:00", "17:00") });
  await fill(db, id, TUESDAY);
  await db.query("update app_public.calendars set windows = $2, own_holidays = $3 where id = $1", [
    id,
    JSON.stringify(office("13:00", "19:00")),
    JSON.stringify([{ date: "05-31", name: "The day before" }]),
  ]);
  expect(await fill(db, id, TUESDAY)).toBe(true);
  const hours = (from: string, to: string) => between(db, id, from, to).then((seconds) => seconds / 3_600);
  expect(await hours("2027-05-31T00:00:00+02", "2027-06-01T00:00:00+02")).toBe(8);
  expect(await hours("2027-06-01T00:00:00+02", "2027-06-01T12:00:00+02")).toBe(3);
  expect(await hours("2027-06-01T12:00:00+02", "2027-06-02T00:00:00+02")).toBe(6);
  expect(await hours("2027-05-31T00:00:00+02", "2027-06-03T00:00:00+02")).toBe(8 + 3 + 6 + 6);
  expect(await hours("2028-05-31T00:00:00+02", "2028-06-01T00:00:00+02")).toBe(0);
});

test("where the territory's clocks are others, the calendar's are", async ({ db }) => {
  const id = await storeCalendar(db, { windows: office("09:00", "17:00") });
  await fill(db, id, TUESDAY);
  await db.query("update app_public.territories set time_zone = 'America/New_York' where slug = 'de'");
  expect(await fill(db, id, TUESDAY)).toBe(true);
  expect(await between(db, id, "2027-06-02T07:00:00Z", "2027-06-02T13:00:00Z")).toBe(0);
});

test("spans do not overlap, and each begins with the sum of those before it", async ({ db }) => {
  const id = await storeCalendar(db, {
    windows: [
      ...office("09:00", "13:00"),
      ...office("12:00", "17:00"),
      { days: ["fri"], from: "22:00", to: "06:00" },
    ],
  });
  await fill(db, id, TUESDAY);
  await db.query(
    'update app_public.calendars set own_holidays = \'[{"date": "12-24", "name": "Eve"}]\' where id = $1',
    [id],
  );
  await fill(db, id, "2027-06-04T21:00:00Z"); // in the night of a Friday
  const wrong = await oneRow(
    db,
    `select count(*) filter (where ends_at > following) as overlapping, count(*) filter (where seconds_before <> sum) as wrong_sums, count(*) > 1000 as are_many
       from (select ends_at, lead(starts_at) over spans as following, seconds_before,
                    coalesce(sum(extract(epoch from ends_at - starts_at)) over (spans rows between unbounded preceding and 1 preceding), 0) as sum
               from app_private.calendar_spans where calendar_id = $1 window spans as (order by starts_at)) as each`,
    [id],
  );
  expect(wrong).toEqual({ overlapping: "0", wrong_sums: "0", are_many: true });
});

test("renewing brings holidays in and out, and keeps those of years that were filled before", async ({
  db,
}) => {
  const id = await storeCalendar(db, { windows: office("09:00", "17:00") });
  const place = { country: "DE", state: null, region: null, types: ["public"] };
  await db.query("update app_public.calendars set holidays = $2 where id = $1", [id, JSON.stringify(place)]);
  const renew = (days: string[], asOf: string, as: object | null = place) =>
    asWorker(db, () =>
      oneValue<boolean>(db, "select app_private.renew_calendar($1, $2, $3, $4) as value", [
        id,
        JSON.stringify(as),
        JSON.stringify(days.map((date) => ({ date, name: date }))),
        asOf,
      ]),
    );
  const known = async () =>
    (
      await allRows<{ day: string }>(
        db,
        "select to_char(on_date, 'YYYY-MM-DD') as day from app_private.calendar_holidays where calendar_id = $1 order by 1",
        [id],
      )
    ).map(({ day }) => day);

  expect(await renew(["2025-05-01", "2027-06-02", "2027-06-03"], TUESDAY)).toBe(true);
  expect(await between(db, id, "2027-06-02T00:00:00+02", "2027-06-05T00:00:00+02")).toBe(8 * 3_600);
  expect(await renew(["2025-05-01", "2027-06-02", "2027-06-03"], TUESDAY)).toBe(false);
  expect(await renew(["2027-06-03"], TUESDAY, { ...place, country: "FR" })).toBe(false);
  expect(await renew(["2027-06-03"], TUESDAY)).toBe(true);
  expect(await known()).toEqual(["2027-06-03"]);
  expect(await between(db, id, "2027-06-02T00:00:00+02", "2027-06-05T00:00:00+02")).toBe(16 * 3_600);
  await renew(["2030-05-01"], "2030-01-15T00:00:00Z");
  expect(await known()).toEqual(["2027-06-03", "2030-05-01"]);
});

function fill(db: ClientBase, id: number, asOf: string): Promise<boolean> {
  return asWorker(db, () => oneValue(db, "select app_private.fill_calendar($1, $2) as value", [id, asOf]));
}

async function between(db: ClientBase, id: number, from: string, to: string): Promise<number> {
  const text = "select app_private.working_seconds_between($1, $2, $3) as value";
  return Number(await asWorker(db, () => oneValue(db, text, [id, from, to])));
}

function ends(db: ClientBase, id: number) {
  return oneRow<{ first: Date; last: Date }>(
    db,
    `select min(starts_at) as first, max(starts_at) filter (where ends_at is null) as last
       from app_private.calendar_spans where calendar_id = $1`,
    [id],
  );
}

function rows(db: ClientBase, id: number) {
  return allRows(db, "select * from app_private.calendar_spans where calendar_id = $1 order by starts_at", [
    id,
  ]);
}
