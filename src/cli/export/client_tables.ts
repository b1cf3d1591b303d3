import type { Client } from "pg";

/** A table of a leaving client, and which of its rows are the client's. `$ids` stands for the ids of its territories. */
export type ClientTable = { name: string; condition: string; pieceSize: number };

/** How rows hang on a client by a column of this name: the first two alone, else by any of the rest. */
const PLACES = ["territory_id", "boundary_id"];
const LINKS: Record<string, string> = {
  lead_id: "select id from app_public.leads where territory_id = any ($ids)",
  path_id: "select id from app_public.capture_paths where territory_id = any ($ids)",
  team_id: "select id from app_public.teams where territory_id = any ($ids)",
  actor_id: "select actor_id from app_public.memberships where territory_id = any ($ids)",
};
const CALENDARS = "calendar_id in (select id from app_public.calendars where territory_id = any ($ids))";

/** Tables without any of these columns. */
const WAYS: Record<string, string> = {
  "app_public.territories": "id = any ($ids)",
  "app_public.actors": `id in (${LINKS.actor_id})`,
  "app_private.calendar_holidays": CALENDARS,
  "app_private.calendar_spans": CALENDARS,
  "app_private.import_batches": `import_id in (select id from app_private.imports where path_id in (${LINKS.path_id}))`,
  "app_private.notification_channels": `territory_id = any ($ids) or team_id in (${LINKS.team_id}) or actor_id in (${LINKS.actor_id})`,
  "app_private.match_keys":
    "record_id in (select id from app_private.match_records where boundary_id = any ($ids))",
  "app_private.scoring_weights":
    "model_id in (select id from app_private.scoring_models where boundary_id = any ($ids))",
};

/** Tables of which a client gets nothing, and why. */
export const LEFT_OUT: Record<string, string> = {
  "app_private.api_keys": "keys are made anew elsewhere; only their hashes are kept",
  "app_private.audit_blocks": "hashes over the entries of all clients",
  "app_private.audit_salts": "secrets of the audit's digests",
  "app_private.lead_fields": "of the program, the same for everybody",
  "app_private.clock_changes": "changes that clocks have followed, or follow in a moment",
  "app_private.channel_secrets": "secrets of channels, sealed with this installation's key",
  "app_private.notification_kinds": "of the program, the same for everybody",
  "app_private.path_secrets": "secrets of doors, sealed with this installation's key",
  "app_private.permissions": "of the program, the same for everybody",
  "app_private.rate_buckets": "a moment's state of the doors",
  "app_private.actor_scopes": "follows from the memberships",
  "app_private.territory_grants": "follows from the memberships",
  "app_private.territory_shapes": "follows from the territory rules",
  "app_private.drain_watches": "never has a row",
  "app_private.turns": "names of what one does at a time",
  "app_private.watched_stores": "never has a row",
  "app_private.worker_deaths": "of the installation: processes that died",
  "app_private.worker_pools": "a moment's state of the worker",
  "app_private.shadow_runs": "of the installation: drafts that were tried",
  "app_public.exception_policies": "of the installation, the same for everybody",
  "app_public.revisions": "of the installation; rows name the one that they used by its number",
};

/**
 * Every table with its condition, from the catalog. One for which nothing says how its rows hang on a client is an error:
 * nothing may be forgotten in silence.
 */
export async function clientTables(client: Client): Promise<ClientTable[]> {
  const { rows } = await client.query<{ name: string; columns: string[]; has_bytes: boolean }>(TABLES);
  return rows
    .filter(({ name }) => LEFT_OUT[name] === undefined)
    .map(({ name, columns, has_bytes }) => ({
      name,
      condition: conditionOf(name, columns),
      // Raw bodies may be a megabyte each.
      pieceSize: has_bytes ? 50 : 1_000,
    }));
}

function conditionOf(name: string, columns: string[]): string {
  const way = WAYS[name];
  if (way !== undefined) return way;
  const place = PLACES.find((column) => columns.includes(column));
  if (place !== undefined) return `${place} = any ($ids)`;
  const links = Object.entries(LINKS).filter(([column]) => columns.includes(column));
  if (links.length > 0) return links.map(([column, rows]) => `${column} in (${rows})`).join(" or ");
  throw new Error(`Nothing says which rows of ${name} are a client's (src/cli/export/client_tables.ts).`);
}

const TABLES = `
  select pg_namespace.nspname || '.' || pg_class.relname as name, array_agg(pg_attribute.attname::text) as columns,
         bool_or(pg_attribute.atttypid = 'bytea'::regtype) as has_bytes
    from pg_catalog.pg_class
    join pg_catalog.pg_namespace on pg_namespace.oid = pg_class.relnamespace
    join pg_catalog.pg_attribute on pg_attribute.attrelid = pg_class.oid and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
   where pg_namespace.nspname in ('app_public', 'app_private') and pg_class.relkind in ('r', 'p') and not pg_class.relispartition
   group by 1 order by 1`;
