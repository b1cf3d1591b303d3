import Holidays, { type HolidaysTypes } from "date-holidays";

export const HOLIDAY_TYPES = ["public", "bank", "optional", "school", "observance"] as const;

/** Where holidays are kept, in the words of the package date-holidays, whose data it is. */
export type Place = {
  country: string;
  state: string | null;
  region: string | null;
  types: (typeof HOLIDAY_TYPES)[number][];
};

export type Holiday = { date: string; name: string };

/**
 * Holidays that begin in a year, a row a day, in the names of the country. What does not last a whole day is none:
 * whoever closes at noon says so in an exception.
 */
export function publicHolidays(place: Place, year: number): Holiday[] {
  const key = JSON.stringify([place, year]);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const found = new Map<string, string>();
  for (const { date, start, end, name } of calendarOf(place).getHolidays(year)) {
    // `date` is a day by the clock on the wall. An hour more, since the day may be the one that loses one.
    const days = Math.floor((end.getTime() - start.getTime() + HOUR) / (24 * HOUR));
    for (let day = 0; day < days; day++) {
      const at = new Date(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) + day * 24 * HOUR);
      const text = at.toISOString().slice(0, 10);
      if (!found.has(text)) found.set(text, name);
    }
  }
  const holidays = [...found].map(([date, name]) => ({ date, name }));
  if (cache.size >= MOST_YEARS) cache.clear();
  cache.set(key, holidays);
  return holidays;
}

/** What of a place the package does not know, and what it knows instead; nothing when it knows all. */
export function unknownPlace({
  country,
  state,
  region,
}: Place): { field: keyof Place; known: string[] } | undefined {
  const all = new Holidays();
  const countries = Object.keys(all.getCountries());
  if (!countries.includes(country)) return { field: "country", known: countries };
  const states = Object.keys(all.getStates(country) ?? {});
  if (state === null) return region === null ? undefined : { field: "region", known: [] };
  if (!states.includes(state)) return { field: "state", known: states };
  const regions = Object.keys(all.getRegions(country, state) ?? {});
  if (region === null || regions.includes(region)) return undefined;
  return { field: "region", known: regions };
}

function calendarOf({ country, state, region, types }: Place): Holidays {
  const options: HolidaysTypes.Options = { types };
  if (state === null) return new Holidays(country, options);
  return region === null
    ? new Holidays(country, state, options)
    : new Holidays(country, state, region, options);
}

const HOUR = 3_600_000;

// A year takes milliseconds to find out and is asked for at every apply.
const cache = new Map<string, Holiday[]>();
const MOST_YEARS = 1_000;
