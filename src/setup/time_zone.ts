import { z } from "zod";

export const TimeZone = z.string().refine(isTimeZone, "must be a time zone, as Europe/Berlin");

function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false; // Intl also takes offsets, which know no daylight saving
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
