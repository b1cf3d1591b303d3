import type { Random } from "../../src/cli/demo/random.ts";

export type Window = { from: string; to: string };
export type RandomCalendar = {
  zone: string;
  windows: (Window & { days: string[] })[];
  holidays: string[];
  exceptions: { date: string; windows: Window[] }[];
};

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MINUTE = 60_000;

/**
 * The slow, obvious reference: it knows no spans and no sums, looks at a clock on the wall each minute, and asks whether
 * that time lies in a window. Time zones are those of Node, not those of Postgres.
 */
export function makeWallClock(calendar: RandomCalendar) {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: calendar.zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const seen = new Map<number, boolean>();
  const isWork = (at: number): boolean => {
    const known = seen.get(at);
    if (known !== undefined) return known;
    const [date = "", time = ""] = format.format(at).split(", ");
    const works =
      opens(calendar, date).some(({ from, to }) => time >= from && (time < to || to <= from)) ||
      opens(calendar, dayBefore(date)).some(({ from, to }) => to <= from && time < to);
    seen.set(at, works);
    return works;
  };
  /** Milliseconds of work from one instant to a later one. */
  const between = (from: number, to: number): number => {
    let worked = 0;
    for (let at = Math.floor(from / MINUTE) * MINUTE; at < to; at += MINUTE) {
      if (isWork(at)) worked += Math.min(at + MINUTE, to) - Math.max(at, from);
    }
    return worked;
  };
  /** When so many milliseconds of work have passed. */
  const add = (from: number, milliseconds: number): number => {
    let left = milliseconds;
    for (let at = Math.floor(from / MINUTE) * MINUTE; ; at += MINUTE) {
      if (!isWork(at)) continue;
      const begins = Math.max(at, from);
      if (at + MINUTE - begins >= left) return begins + left;
      left -= at + MINUTE - begins;
    }
  };
  return { isWork, between, add };
}

function opens({ windows, holidays, exceptions }: RandomCalendar, date: string): Window[] {
  const exception = exceptions.find((each) => each.date === date);
  if (exception !== undefined) return exception.windows;
  if (holidays.includes(date) || holidays.includes(date.slice(5))) return [];
  const day = DAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? "";
  return windows.filter(({ days }) => days.includes(day));
}

function dayBefore(date: string): string {
  return dateOf(Date.parse(`${date}T00:00:00Z`) - 1_440 * MINUTE);
}

export function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** One that has work on most weeks: windows overlap, touch, and run over midnight. */
export function randomCalendar(random: Random, zone: string, around: number): RandomCalendar {
  const date = () => dateOf(around + (random.below(24) - 12) * 1_440 * MINUTE);
  const hour = () => `${random.below(24)}`.padStart(2, "0");
  const time = () => `${hour()}:${random.pick(["00", "00", "30", "15", "59"])}`;
  const window = (): Window => {
    const from = random.pick([time(), time(), "00:00", "01:30", "02:30", "22:00"]);
    const to = random.pick([time(), time(), "24:00", "00:00", "02:30", "06:00"]);
    return from === to ? { from: "09:00", to: "17:00" } : { from, to };
  };
  const list = <Item>(below: number, item: () => Item) => Array.from({ length: random.below(below) }, item);
  const days = () => DAYS.filter(() => random.below(2) === 0);
  const weekly = [
    { ...window(), days: [random.pick(DAYS), ...days()] },
    ...list(4, () => ({ ...window(), days: days() })),
  ];
  const exceptions = new Map(list(4, () => [date(), { windows: list(3, window) }]));
  return {
    zone,
    windows: weekly
      .filter((each) => each.days.length > 0)
      .map((each) => ({ ...each, days: [...new Set(each.days)] })),
    holidays: [...new Set(list(5, () => random.pick([date(), date().slice(5), "02-29"])))],
    exceptions: [...exceptions].map(([on, each]) => ({ date: on, ...each })),
  };
}
