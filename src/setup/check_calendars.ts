import { publicHolidays, unknownPlace } from "../calendars/public_holidays.ts";
import type { Calendar } from "./calendar.ts";
import { checkSlugs, findRepeats } from "./check_slugs.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";
import { DAYS } from "./working_hours.ts";

/** A calendar must know its place and its days, leave some time to work, and reach who works by it. */
export function checkCalendars({ calendars, territories }: Organization, tree: Tree, now: Date): Finding[] {
  const findings = checkSlugs("calendars", calendars);
  const bySlug = new Map(calendars.map((calendar) => [calendar.slug, calendar]));
  calendars.forEach((calendar, at) => {
    const say = (path: PropertyKey[], message: string) =>
      findings.push({ path: ["calendars", at, ...path], message });
    if (!tree.has(calendar.territory)) say(["territory"], `there is no territory "${calendar.territory}"`);
    for (const field of ["own_holidays", "exceptions"] as const) {
      for (const n of findRepeats(calendar[field].map(({ date }) => date))) {
        say([field, n, "date"], `${calendar[field][n]?.date} is there already`);
      }
    }
    const unknown = calendar.holidays === null ? undefined : unknownPlace(calendar.holidays);
    if (unknown !== undefined) {
      const known =
        unknown.known.length === 0 ? "none is known there" : `must be one of ${unknown.known.join(", ")}`;
      say(["holidays", unknown.field], known);
    } else if (!hasWorkingTime(calendar, now)) {
      say(["windows"], "leave no working time: every day in the next three years is a holiday or closed");
    }
  });
  territories.forEach(({ slug, calendar }, at) => {
    if (calendar === null) return;
    const say = (message: string) => findings.push({ path: ["territories", at, "calendar"], message });
    const named = bySlug.get(calendar);
    if (named === undefined) say(`there is no calendar "${calendar}"`);
    else if (tree.has(named.territory) && !tree.chain(slug).includes(named.territory)) {
      say(`"${calendar}" belongs to "${named.territory}", which does not reach "${slug}"`);
    }
  });
  return findings;
}

/** On some day from today on. Days are counted in UTC: one more or less at either end decides nothing. */
function hasWorkingTime({ windows, holidays, own_holidays, exceptions }: Calendar, now: Date): boolean {
  const today = now.toISOString().slice(0, 10);
  const years = [0, 1, 2, 3].map((ahead) => now.getUTCFullYear() + ahead);
  const isNear = (date: string) => date >= today && years.includes(Number(date.slice(0, 4)));
  if (exceptions.some(({ date, windows: other }) => isNear(date) && other.length > 0)) return true;
  const own = new Set([...own_holidays, ...exceptions].map(({ date }) => date));
  const weekdays = new Set<string>(windows.flatMap(({ days }) => days));
  return years.some((year) => {
    const closed = new Set(holidays === null ? [] : publicHolidays(holidays, year).map(({ date }) => date));
    return daysOf(year).some(
      ({ date, day }) =>
        isNear(date) &&
        weekdays.has(day) &&
        !closed.has(date) &&
        !own.has(date) &&
        !own.has(date.slice("2027-".length)),
    );
  });
}

function daysOf(year: number): { date: string; day: string }[] {
  return Array.from({ length: 366 }, (_, n) => new Date(Date.UTC(year, 0, 1 + n))).map((at) => ({
    date: at.toISOString().slice(0, 10),
    day: DAYS[(at.getUTCDay() + 6) % 7] ?? "",
  }));
}
