import type { Client } from "pg";
import type { Organization } from "./organization.ts";

/**
 * Channels and policies, exactly those of the folder. A channel that is gone is switched
 * off: messages name it; one that had said it is gone is tried again.
 */
export async function writeNotifications(
  client: Client,
  { notification_channels: channels, notification_policies: policies }: Organization,
): Promise<void> {
  for (const statement of [RETIRE, UPSERT]) await client.query(statement, [JSON.stringify(channels)]);
  for (const statement of [REMOVE, SET]) await client.query(statement, [JSON.stringify(policies)]);
}

const RETIRE = `
  update app_private.notification_channels set is_active = false
   where notification_channels.is_active
     and not exists (select from jsonb_to_recordset($1) as wanted (slug text) where wanted.slug = notification_channels.slug)`;

const UPSERT = `
  insert into app_private.notification_channels (slug, kind, territory_id, team_id, actor_id, address, kinds, language)
  select wanted.slug, wanted.kind, territories.id, teams.id, actors.id, wanted.address, wanted.kinds, wanted.language
    from jsonb_to_recordset($1) as wanted (
      slug text, kind text, territory text, team text, person text, address text, kinds text[], language text)
    left join app_public.territories on territories.slug = wanted.territory
    left join app_public.teams on teams.slug = wanted.team
    left join app_public.actors on actors.slug = wanted.person
  on conflict (slug) do update
     set kind = excluded.kind, territory_id = excluded.territory_id, team_id = excluded.team_id, actor_id = excluded.actor_id,
         address = excluded.address, kinds = excluded.kinds, language = excluded.language, is_active = true, disabled_at = null`;

const WANTED = `
  select wanted.*, territories.id as territory_id
    from jsonb_to_recordset($1) as wanted (
      slug text, territory text, kind text, is_urgent boolean, quiet_from time, quiet_until time, digest text)
    join app_public.territories on territories.slug = wanted.territory`;

// A policy that speaks of something else is removed as well: two may change places.
const REMOVE = `
  delete from app_private.notification_policies as policies
   where not exists (
     select from (${WANTED}) as wanted
      where (wanted.slug, wanted.territory_id) = (policies.slug, policies.territory_id) and wanted.kind is not distinct from policies.kind)`;

const SET = `
  insert into app_private.notification_policies (slug, territory_id, kind, is_urgent, quiet_from, quiet_until, digest)
  select wanted.slug, wanted.territory_id, wanted.kind, wanted.is_urgent, wanted.quiet_from, wanted.quiet_until, wanted.digest
    from (${WANTED}) as wanted
  on conflict (slug) do update
     set is_urgent = excluded.is_urgent, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, digest = excluded.digest`;
