import type { ClientBase } from "pg";
import { oneValue } from "./rows.ts";

/**
 * Publishes the next version of a path's contract with one place of its definition set, as `{schema,properties,colour}`,
 * and answers its id. `isActive`: it is in force from then on.
 */
export async function publishNext(
  db: ClientBase,
  path: string,
  { at, value, isActive = true }: { at: string; value: unknown; isActive?: boolean },
): Promise<number> {
  return oneValue(
    db,
    `with next as (
       insert into app_public.contracts
         (path_id, territory_id, version, definition, fallback_territory_id, is_history, published_at)
       select contracts.path_id, contracts.territory_id,
              (select 1 + max(version) from app_public.contracts as others where others.path_id = contracts.path_id),
              jsonb_set(contracts.definition, $2::text[], $3), contracts.fallback_territory_id, contracts.is_history, now()
         from app_public.contracts
         join app_public.capture_paths on capture_paths.active_contract_id = contracts.id
        where capture_paths.slug = $1
       returning id, path_id),
     activated as (
       update app_public.capture_paths set active_contract_id = next.id
         from next where $4 and capture_paths.id = next.path_id)
     select id as value from next`,
    [path, at, JSON.stringify(value), isActive],
  );
}

/** A property that the contract of `web-form` does not know, and its next version does. */
export const COLOUR = { at: "{schema,properties,colour}", value: { type: "string" } };
