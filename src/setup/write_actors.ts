import type { Client } from "pg";
import type { Organization } from "./organization.ts";

/**
 * Actors and their memberships, exactly those of the folder. An actor that is gone is switched off and reaches
 * nothing; the row stays, since leads and decisions name it. Those of kind `system` are the program's own.
 */
export async function writeActors(client: Client, { actors }: Organization): Promise<void> {
  const wanted = JSON.stringify(actors);
  const memberships = JSON.stringify(
    actors.flatMap(({ slug, memberships }) =>
      memberships.map((membership) => ({ ...membership, actor: slug })),
    ),
  );
  for (const statement of [RETIRE, UPSERT, SET_MANAGERS]) await client.query(statement, [wanted]);
  for (const statement of [LEAVE, JOIN]) await client.query(statement, [memberships]);
}

// Gives the database role up, so that somebody else may have it. Logins of `catchment bi grant` stand in no folder.
const RETIRE = `
  update app_public.actors set is_active = false, db_role = null
   where actors.kind <> 'system' and (actors.is_active or actors.db_role is not null)
     and not exists (select from jsonb_to_recordset($1) as wanted (slug text, db_role text)
                      where wanted.slug = actors.slug and wanted.db_role is not distinct from actors.db_role)
     and (actors.granted_at is null
       or exists (select from jsonb_to_recordset($1) as wanted (slug text, db_role text)
                   where wanted.slug = actors.slug or wanted.db_role = actors.db_role))`;

const UPSERT = `
  insert into app_public.actors (kind, slug, name, email, db_role, time_zone, language)
  select wanted.kind, wanted.slug, wanted.name, wanted.email, wanted.db_role, wanted.time_zone, wanted.language
    from jsonb_to_recordset($1) as wanted (kind text, slug text, name text, email text, db_role text, time_zone text, language text)
  on conflict (slug) do update
     set kind = excluded.kind, name = excluded.name, email = excluded.email, db_role = excluded.db_role,
         time_zone = excluded.time_zone, language = excluded.language, is_active = true, granted_at = null`;

// When all are there: a manager may stand behind their people.
const SET_MANAGERS = `
  update app_public.actors set manager_id = managers.id
    from jsonb_to_recordset($1) as wanted (slug text, manager text)
    left join app_public.actors as managers on managers.slug = wanted.manager
   where actors.slug = wanted.slug and actors.manager_id is distinct from managers.id`;

const WANTED_MEMBERSHIPS = `
  select actors.id as actor_id, territories.id as territory_id, wanted.role
    from jsonb_to_recordset($1) as wanted (actor text, territory text, role text)
    join app_public.actors on actors.slug = wanted.actor
    join app_public.territories on territories.slug = wanted.territory`;

const LEAVE = `
  with wanted as (${WANTED_MEMBERSHIPS})
  delete from app_public.memberships
   where not exists (
           select from wanted
            where (wanted.actor_id, wanted.territory_id, wanted.role)
                = (memberships.actor_id, memberships.territory_id, memberships.role))
     and not exists (select from app_public.actors where actors.id = memberships.actor_id and (actors.kind = 'system' or actors.granted_at is not null))`;

const JOIN = `
  insert into app_public.memberships (actor_id, territory_id, role) ${WANTED_MEMBERSHIPS}
  on conflict do nothing`;
