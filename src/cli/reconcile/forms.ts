import type { Pool } from "pg";
import type { Event } from "../../capture/sources/source.ts";
import type { ReconciledPath } from "./compare.ts";

/** The forms that the path's arrivals of the last ninety days name, newest first. */
export async function formsOf({ id, source }: ReconciledPath, worker: Pool): Promise<string[]> {
  const { rows } = await worker.query<Event>(EVENTS, [id]);
  const events = rows.flatMap((row) => {
    const event = { body: row.body, contentType: row.contentType, headers: row.headers ?? {} };
    return source.split?.(event) ?? [event];
  });
  return [...new Set(events.flatMap((event) => source.formOf?.(event) ?? []))];
}

/** A whole request is read with its parts in it. Longer than vendors keep leads to be asked for, nobody needs to look. */
const EVENTS = `
  select captures.body, captures.content_type as "contentType", captures.headers
    from app_public.captures
   where captures.path_id = $1 and captures.part_of is null and captures.id >= app_private.uuid_floor(now() - interval '90 days')
   order by captures.id desc
   limit 5000`;
