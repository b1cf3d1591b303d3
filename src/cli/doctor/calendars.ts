import type { Client } from "pg";
import { type Finding, nothingOf } from "./finding.ts";

/** Working time beyond what is written out knows no public holidays, and is slow to ask for. */
export async function checkCalendars(worker: Client): Promise<Finding[]> {
  const { rows } = await worker.query<{ slug: string; until: string }>(SHORT);
  return [
    nothingOf(
      "calendars",
      rows.map(({ slug, until }) => `${slug} is written out until ${until}`),
      "written out for two years ahead or more",
      "Start a worker, whose daily job writes out three: beyond, public holidays are worked.",
    ),
  ];
}

const SHORT = `
  select calendars.slug, coalesce(to_char(filled.until at time zone 'UTC', 'YYYY-MM-DD'), 'never') as until
    from app_public.calendars
    left join lateral (
      select max(spans.starts_at) as until from app_private.calendar_spans as spans where spans.calendar_id = calendars.id) as filled on true
   where coalesce(filled.until, '-infinity') < now() + interval '2 years'
   order by calendars.slug`;
