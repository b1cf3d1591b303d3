const DAY = 86_400_000;
const LONG_OFFSET = /GMT(?:([+-])(\d{2}):(\d{2}))?$/;
const MOST_ZONES = 600; // there are fewer, but the names come from outside

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The instant of a local time, which is given in milliseconds as if it were UTC. An hour that comes twice in
 * autumn means its first pass; one that is left out in spring is read with the offset before the gap. Throws on
 * a zone that does not exist.
 */
export function instantOfLocalTime(local: number, timeZone: string): number {
  const before = local - offsetAt(local - DAY, timeZone);
  const after = local - offsetAt(local + DAY, timeZone);
  if (before === after || offsetAt(before, timeZone) === local - before) return before;
  return offsetAt(after, timeZone) === local - after ? after : before;
}

function offsetAt(instant: number, timeZone: string): number {
  const match = LONG_OFFSET.exec(formatOf(timeZone).format(instant));
  const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0);
  return (match?.[1] === "-" ? -1 : 1) * minutes * 60_000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  if (formats.size >= MOST_ZONES) formats.clear();
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  formats.set(timeZone, format);
  return format;
}
