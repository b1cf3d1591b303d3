import { type Place, publicHolidays } from "./public_holidays.ts";

type Query = <Row extends object>(text: string, values: unknown[]) => Promise<{ rows: Row[] }>;

/**
 * Brings the holidays and spans of every calendar up to date, also of those that are switched off: clocks may run by
 * them still. Writes nothing where nothing changed and enough is filled ahead.
 */
export async function renewCalendars(query: Query, asOf: Date): Promise<void> {
  const { rows } = await query<{ id: number; holidays: Place | null }>(
    "select calendars.id, calendars.holidays from app_public.calendars order by calendars.id",
    [],
  );
  // One more than is filled: the new year comes early in the east.
  const years = Array.from({ length: 7 }, (_, n) => asOf.getUTCFullYear() - 2 + n);
  for (const { id, holidays } of rows) {
    const days = holidays === null ? [] : years.flatMap((year) => publicHolidays(holidays, year));
    await query("select app_private.renew_calendar($1, $2, $3, $4)", [
      id,
      holidays === null ? null : JSON.stringify(holidays),
      JSON.stringify(days),
      asOf,
    ]);
  }
}
