import { z } from "zod";
import { HOLIDAY_TYPES } from "../calendars/public_holidays.ts";
import { Slug } from "./slug.ts";
import { TimeZone } from "./time_zone.ts";
import { Clock, DAYS } from "./working_hours.ts";

const Name = z.string().trim().min(1, "must not be empty").max(200);
const Day = z.string().refine(isDay, "must be a date, as 2027-12-24");
const DayOfYear = z
  .string()
  .refine(
    (text) => isDay(text) || isDay(`2000-${text}`),
    "must be a date, as 2027-12-24, or a day of every year, as 12-24",
  );

const window = { from: Clock.refine((text) => text !== "24:00", "must be before 24:00"), to: Clock };
const lasts = ({ from, to }: { from: string; to: string }) => from !== to;
const NO_TIME = "ends when it begins: a whole day is from 00:00 to 24:00";

/** Working time. A window that ends before it begins ends on the next day, and belongs to the day on which it begins. */
export const Calendar = z.strictObject({
  slug: Slug,
  territory: Slug,
  /** Left out: that of the territory. */
  time_zone: TimeZone.nullable().default(null),
  windows: z
    .array(z.strictObject({ days: z.array(z.enum(DAYS)).min(1), ...window }).refine(lasts, NO_TIME))
    .min(1, "there must be at least one")
    .max(50),
  /** Of date-holidays. */
  holidays: z
    .strictObject({
      country: z.string(),
      state: z.string().nullable().default(null),
      region: z.string().nullable().default(null),
      types: z.array(z.enum(HOLIDAY_TYPES)).min(1).default(["public"]),
    })
    .nullable()
    .default(null),
  own_holidays: z
    .array(z.strictObject({ date: DayOfYear, name: Name }))
    .max(1000)
    .default([]),
  /** Their windows are the only ones of that date, holiday or not. None: closed. */
  exceptions: z
    .array(
      z.strictObject({
        date: Day,
        name: Name.nullable().default(null),
        windows: z.array(z.strictObject(window).refine(lasts, NO_TIME)).max(50).default([]),
      }),
    )
    .max(1000)
    .default([]),
});
export type Calendar = z.infer<typeof Calendar>;

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** For people and comparisons: how a file groups days is no difference. */
export function sayCalendar(row: Readonly<Record<string, unknown>>) {
  const { windows, holidays, own_holidays, exceptions } = Calendar.pick({
    windows: true,
    holidays: true,
    own_holidays: true,
    exceptions: true,
  })
    .strip()
    .parse(row);
  return {
    windows: windows.flatMap(({ days, from, to }) => days.map((day) => `${day} ${from}-${to}`)).toSorted(),
    holidays:
      holidays === null
        ? null
        : [holidays.country, holidays.state, holidays.region, ...holidays.types.toSorted()]
            .filter((part) => part !== null)
            .join(" "),
    own_holidays: own_holidays.map(({ date, name }) => `${date} ${name}`).toSorted(),
    exceptions: exceptions
      .map(({ date, name, windows: other }) =>
        [date, ...(other.length === 0 ? ["closed"] : other.map(({ from, to }) => `${from}-${to}`)), name]
          .filter((part) => part !== null)
          .join(" "),
      )
      .toSorted(),
  };
}
