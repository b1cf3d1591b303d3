import { cleanLine } from "./text.ts";
import { instantOfLocalTime } from "./time_zone.ts";

const DATE_AND_TIME =
  /^(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const UNIX = /^(\d{9,10}|\d{12,13})$/; // seconds or milliseconds, from 1973 to 2286
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const COMPACT_DATE = /^(\d{4})(\d{2})(\d{2})$/;
const DOTTED_DATE = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const PARTED_DATE = /^(\d{4})[ /.-](\d{1,2})[ /.-](\d{1,2})$/; // year, month and day out of three columns

const MINUTE = 60_000;
const DAY = 86_400_000;
const EARLIEST = Date.UTC(1990, 0, 1);
const OLDEST_BIRTH = "1900-01-01";

/**
 * When something happened, as an instant in UTC. Times without an offset, and dates, which mean their first
 * moment, are read in the given zone. Refuses days that do not exist, times before 1990, and more than a day
 * after it was received: clocks of vendors go wrong by hours, not by weeks. What is said to be later by less happened
 * when it was received: a lead that is first seen tomorrow counts for a day that has not come.
 */
export function normalizeInstant(text: string, timeZone: string, receivedAt: Date): string | undefined {
  const instant = readInstant(cleanLine(text) ?? "", timeZone);
  if (instant === undefined || instant < EARLIEST || instant > receivedAt.getTime() + DAY) return undefined;
  return new Date(Math.min(instant, receivedAt.getTime())).toISOString();
}

/** A day of birth as YYYY-MM-DD. Refuses 05/06/1990, which is May or June, days to come, and before 1900. */
export function normalizeBirthDate(text: string, receivedAt: Date): string | undefined {
  const date = readDate((cleanLine(text) ?? "").replace(PARTED_DATE, padded));
  if (date === undefined || date < OLDEST_BIRTH || date > receivedAt.toISOString().slice(0, 10))
    return undefined;
  return date;
}

function padded(_: string, year: string, month: string, day: string): string {
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function readInstant(text: string, timeZone: string): number | undefined {
  const unix = UNIX.exec(text)?.[1];
  if (unix !== undefined) return Number(unix) * (unix.length <= 10 ? 1000 : 1);
  const match = DATE_AND_TIME.exec(text);
  if (!match) return undefined;
  const [, day = "", hour = "00", minute = "00", second = "00", fraction = "", offset] = match;
  const date = readDate(day);
  if (date === undefined || hour > "23" || minute > "59" || second > "59") return undefined;
  const asUtc = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}Z`);
  if (offset === undefined) return instantOfLocalTime(asUtc, timeZone);
  const shift = readOffset(offset);
  return shift === undefined ? undefined : asUtc - shift;
}

function readOffset(text: string): number | undefined {
  if (/^[zu]/i.test(text)) return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(":", ""));
  if (hours > 15 || minutes > 59) return undefined;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}

function readDate(text: string): string | undefined {
  const dotted = DOTTED_DATE.exec(text);
  if (dotted) return existingDate(dotted[3], dotted[2], dotted[1]);
  const match = ISO_DATE.exec(text) ?? COMPACT_DATE.exec(text);
  return match ? existingDate(match[1], match[2], match[3]) : undefined;
}

// Date.parse takes 30 February for 1 March.
function existingDate(year = "", month = "", day = ""): string | undefined {
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return new Date(`${date}T00:00:00Z`).getUTCDate() === Number(day) ? date : undefined;
}
