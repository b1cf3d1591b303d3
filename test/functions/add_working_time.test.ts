import type { ClientBase } from "pg";
import { expect } from "vitest";
import { storeCalendar } from "../calendars/compare.ts";
import { actorId } from "../support/acme.ts";
import { actAs } from "../support/act_as.ts";
import { asWorker } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow, oneValue, refusalOf } from "../support/rows.ts";

const OFFICE = {
  zone: "Europe/Berlin",
  windows: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" }],
  holidays: ["2027-06-02"],
};
const HOUR = 3_600;

test.for([
  ["inside a day", "2027-06-01T10:00:00+02:00", HOUR, "2027-06-01T11:00:00+02:00"],
  [
    "exactly to the end of a day, not to the next",
    "2027-06-01T16:00:00+02:00",
    HOUR,
    "2027-06-01T17:00:00+02:00",
  ],
  ["over a night and a holiday", "2027-06-01T16:30:00+02:00", HOUR, "2027-06-03T09:30:00+02:00"],
  ["over a weekend, from outside of any window", "2027-06-05T03:00:00+02:00", 1, "2027-06-07T09:00:01+02:00"],
  ["with fractions of a second", "2027-06-01T10:00:00.250+02:00", 0.5, "2027-06-01T10:00:00.750+02:00"],
  [
    "no time, which is no step to the next window",
    "2027-06-05T03:00:00+02:00",
    0,
    "2027-06-05T03:00:00+02:00",
  ],
  ["back, over a holiday", "2027-06-03T09:30:00+02:00", -HOUR, "2027-06-01T16:30:00+02:00"],
  [
    "beyond what is filled, where windows and own days hold",
    "2030-12-31T16:00:00+01:00",
    2 * HOUR,
    "2031-01-01T10:00:00+01:00",
  ],
  ["long beyond it", "2034-05-31T16:00:00+02:00", 2 * HOUR, "2034-06-01T10:00:00+02:00"],
  ["before it", "2020-06-01T16:00:00+02:00", 2 * HOUR, "2020-06-02T10:00:00+02:00"],
  ["into it, from before", "2024-12-31T16:00:00+01:00", 2 * HOUR, "2025-01-01T10:00:00+01:00"],
] as const)("adds %s", async ([, from, seconds, to], { db }) => {
  const id = await filled(db);
  expect(await add(db, id, from, seconds)).toEqual(new Date(to));
});

test("a calendar that nobody filled is worked out on the spot, alike", async ({ db }) => {
  const id = await storeCalendar(db, OFFICE);
  expect(await add(db, id, "2027-06-01T16:30:00+02:00", HOUR)).toEqual(new Date("2027-06-03T09:30:00+02:00"));
  expect(await between(db, id, "2027-06-01T16:30:00+02:00", "2027-06-03T09:30:00+02:00")).toBe(HOUR);
});

test("what is added is what lies between, from anywhere and both ways", async ({ db }) => {
  const id = await filled(db);
  for (const from of [
    "2019-01-01T00:00:00Z",
    "2025-01-01T00:00:00Z",
    "2027-06-02T12:00:00Z",
    "2033-03-03T03:03:03Z",
  ]) {
    for (const seconds of [1, 36_000, 40_000_000, -1, -36_000, -40_000_000]) {
      const at = await add(db, id, from, seconds);
      expect([from, seconds, await between(db, id, from, at)]).toEqual([from, seconds, seconds]);
    }
  }
});

test("working time is counted from the first span on, negative before it, on beyond the last", async ({
  db,
}) => {
  const id = await filled(db);
  const hours = async (of: string, instant: string) => {
    const text = `select app_private.${of}($1, $2) as value`;
    return Number(await asWorker(db, () => oneValue(db, text, [id, instant]))) / HOUR;
  };
  const fill = await asWorker(db, () =>
    oneRow<{ to_at: Date; seconds: string }>(db, "select * from app_private.calendar_fill($1)", [id]),
  );
  const all = Number(fill.seconds) / HOUR;
  expect(fill.to_at).toEqual(new Date("2031-01-01T00:00:00+01:00"));
  expect(await hours("working_time_at", "2025-01-01T09:00:00+01:00")).toBe(0);
  expect(await hours("working_time_at", "2025-01-02T09:00:00+01:00")).toBe(8);
  expect(await hours("working_time_at", "2030-12-31T23:00:00+01:00")).toBe(all);
  for (const of of ["working_time_at", "working_time_outside"]) {
    expect(await hours(of, "2024-12-30T12:00:00+01:00")).toBe(-13);
    expect(await hours(of, "2031-01-02T10:00:00+01:00")).toBe(all + 9);
  }
});

test("without a calendar every second counts", async ({ db }) => {
  expect(await add(db, null, "2027-03-28T00:00:00Z", 90_000.5)).toEqual(new Date("2027-03-29T01:00:00.500Z"));
  expect(await between(db, null, "2027-03-29T01:00:00Z", "2027-03-28T00:00:00Z")).toBe(-90_000);
});

test("time that would not pass within a hundred years has no end", async ({ db }) => {
  const id = await storeCalendar(db, { ...OFFICE, windows: [{ days: ["mon"], from: "09:00", to: "09:01" }] });
  expect(await add(db, id, "2027-06-01T10:00:00Z", 400_000)).toBeNull();
});

test("instants that are not there answer none", async ({ db }) => {
  const id = await filled(db);
  expect(await add(db, id, null, HOUR)).toBeNull();
  expect(await between(db, id, "2027-06-01T10:00:00Z", null)).toBeNaN();
});

test("what views measure with is the same, and users neither name it nor read a span", async ({ db }) => {
  const id = await filled(db);
  const measure = "app_hidden.working_seconds($1, '2027-06-01T14:30:00Z', '2027-06-03T07:30:00Z')";
  expect(Number(await oneValue(db, `select ${measure} as value`, [id]))).toBe(HOUR);
  expect(Number(await oneValue(db, `select ${measure} as value`, [null]))).toBe(41 * HOUR);
  await db.query(
    `create function app_public.measured(id int) returns numeric language sql stable return ${measure.replace("$1", "id")};
     grant execute on function app_public.measured to catchment_user`,
  );
  await actAs(db, await actorId(db, "dora"));
  expect(Number(await oneValue(db, "select app_public.measured($1) as value", [id]))).toBe(HOUR);
  expect(await refusalOf(db, `select ${measure}`, [id])).toBe("42501");
  expect(await refusalOf(db, "select app_private.add_working_time($1, now(), 1)", [id])).toBe("42501");
  expect(await refusalOf(db, "select from app_private.calendar_spans")).toBe("42501");
});

/** From 2025 to the end of 2030. */
async function filled(db: ClientBase): Promise<number> {
  const id = await storeCalendar(db, OFFICE);
  await asWorker(db, () => db.query("select app_private.fill_calendar($1, '2027-01-15T00:00:00Z')", [id]));
  return id;
}

function add(db: ClientBase, id: number | null, from: string | null, seconds: number): Promise<Date | null> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.add_working_time($1, $2, $3) as value", [id, from, seconds]),
  );
}

async function between(
  db: ClientBase,
  id: number | null,
  from: string,
  to: Date | string | null,
): Promise<number> {
  const text = "select app_private.working_seconds_between($1, $2, $3) as value";
  return Number.parseFloat(await asWorker(db, () => oneValue(db, text, [id, from, to])));
}
