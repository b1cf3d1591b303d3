import type { Client } from "pg";
import { renewCalendars } from "../calendars/renew_calendars.ts";
import type { Organization } from "./organization.ts";

/**
 * Calendars, who works by which, and their working time written out. What has passed stays as it was measured. One that
 * is gone is switched off: clocks that run by it go on.
 */
export async function writeCalendars(
  client: Client,
  { calendars, territories }: Organization,
  at: Date,
): Promise<void> {
  for (const statement of [RETIRE, UPSERT]) await client.query(statement, [JSON.stringify(calendars)]);
  await client.query(SET_CALENDARS, [JSON.stringify(territories)]);
  await renewCalendars((text, values) => client.query(text, values), at);
}

const RETIRE = `
  update app_public.calendars set is_active = false
   where calendars.is_active
     and not exists (select from jsonb_to_recordset($1) as wanted (slug text) where wanted.slug = calendars.slug)`;

const UPSERT = `
  insert into app_public.calendars as calendars (slug, territory_id, time_zone, windows, holidays, own_holidays, exceptions)
  select wanted.slug, territories.id, wanted.time_zone, wanted.windows, wanted.holidays, wanted.own_holidays, wanted.exceptions
    from jsonb_to_recordset($1) as wanted (
      slug text, territory text, time_zone text, windows jsonb, holidays jsonb, own_holidays jsonb, exceptions jsonb)
    join app_public.territories on territories.slug = wanted.territory
  on conflict (slug) do update
     set territory_id = excluded.territory_id, time_zone = excluded.time_zone, windows = excluded.windows, holidays = excluded.holidays,
         own_holidays = excluded.own_holidays, exceptions = excluded.exceptions, is_active = true
   where (calendars.territory_id, calendars.time_zone, calendars.windows, calendars.holidays, calendars.own_holidays, calendars.exceptions, calendars.is_active)
         is distinct from
         (excluded.territory_id, excluded.time_zone, excluded.windows, excluded.holidays, excluded.own_holidays, excluded.exceptions, true)`;

const SET_CALENDARS = `
  update app_public.territories set calendar_id = calendars.id
    from jsonb_to_recordset($1) as wanted (slug text, calendar text)
    left join app_public.calendars on calendars.slug = wanted.calendar
   where territories.slug = wanted.slug and territories.calendar_id is distinct from calendars.id`;
