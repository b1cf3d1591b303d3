import type { ClientBase } from "pg";

type Arrival = { id: string; attributes: object; contractId: number | null };

/** Of arrivals that their contract takes, those that no rule in force locates: released, they would come back. */
export async function findPlaceless(
  client: ClientBase,
  arrivals: readonly Arrival[],
): Promise<ReadonlySet<string>> {
  if (arrivals.length === 0) return new Set();
  const { rows } = await client.query<{ id: string }>(PLACELESS, [JSON.stringify(arrivals)]);
  return new Set(rows.map(({ id }) => id));
}

const PLACELESS = `
  select captures.id
    from jsonb_to_recordset($1) as arrival (id uuid, attributes jsonb, "contractId" int)
    join app_public.captures on captures.id = arrival.id
    join app_public.capture_paths on capture_paths.id = captures.path_id
    join app_public.territories as home on home.id = capture_paths.territory_id
   cross join lateral app_private.place_arrival(
     arrival.attributes, capture_paths.source, home.boundary_id, arrival."contractId", app_private.current_revision()) as place
   where place.territory_id is null`;
