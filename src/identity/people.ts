import type { ClientBase } from "pg";
import type { Attributes } from "../normalize/attributes.ts";
import { type Match, matchOf } from "../normalize/match.ts";

const CHUNK = 2_000;

/**
 * What is compared of the newest arrivals of a boundary, at most so many. Tests and people who were forgotten are left
 * out, and so is who said nothing to compare. Runs in the caller's transaction; what `onRead` throws ends it.
 */
export async function readPeople(
  client: ClientBase,
  { boundaryId, most, onRead }: { boundaryId: number; most: number; onRead: (count: number) => void },
): Promise<Match[]> {
  // A cursor takes no parameters; these are numbers.
  await client.query(
    `declare arrivals no scroll cursor for
      select source_events.attributes
        from app_public.source_events
        join app_public.leads on leads.id = source_events.origin_lead_id
       where source_events.territory_id in (select id from app_public.territories where boundary_id = ${Number(boundaryId)})
         and not source_events.is_test and leads.erased_at is null
       order by source_events.id desc
       limit ${Number(most)}`,
  );
  const people: Match[] = [];
  for (let read = 0, last = CHUNK; last === CHUNK; ) {
    onRead(read);
    const { rows } = await client.query<{ attributes: Partial<Attributes> }>(`fetch ${CHUNK} from arrivals`);
    for (const { attributes } of rows) {
      const match = matchOf({ identities: [], typed: {}, ...attributes });
      if (Object.keys(match).length > 1) people.push(match); // more than its keys
    }
    last = rows.length;
    read += last;
  }
  await client.query("close arrivals");
  return people;
}
