import type { Client } from "pg";
import type { Organization } from "./organization.ts";
import { publishContracts } from "./publish_contracts.ts";

/** The doors, who answers for them, and their contracts. A door that is gone is closed; its history stays. */
export async function writePaths(client: Client, organization: Organization, at: Date): Promise<void> {
  const wanted = JSON.stringify(organization.capture_paths.map(({ contract: _, ...path }) => path));
  for (const statement of [CLOSE, UPSERT, RELEASE, ENTRUST]) await client.query(statement, [wanted]);
  await publishContracts(client, organization, at);
}

const CLOSE = `
  update app_public.capture_paths set is_active = false
   where capture_paths.is_active
     and not exists (select from jsonb_to_recordset($1) as wanted (slug text) where wanted.slug = capture_paths.slug)`;

const UPSERT = `
  insert into app_public.capture_paths (territory_id, slug, name, source, protocol, requires_signature, max_body_bytes,
    requires_key, rate_per_second, rate_burst, cors_origins)
  select territories.id, wanted.slug, wanted.name, wanted.source, wanted.protocol, wanted.requires_signature, wanted.max_body_bytes,
         wanted.requires_key, (wanted.rate ->> 'per_second')::double precision, (wanted.rate ->> 'burst')::int, wanted.cors_origins
    from jsonb_to_recordset($1) as wanted (
      slug text, territory text, name text, source text, protocol text, requires_signature boolean, max_body_bytes int,
      requires_key boolean, rate jsonb, cors_origins text[])
    join app_public.territories on territories.slug = wanted.territory
  on conflict (slug) do update
     set territory_id = excluded.territory_id, name = excluded.name, source = excluded.source, protocol = excluded.protocol,
         requires_signature = excluded.requires_signature, max_body_bytes = excluded.max_body_bytes,
         requires_key = excluded.requires_key, rate_per_second = excluded.rate_per_second,
         rate_burst = excluded.rate_burst, cors_origins = excluded.cors_origins, is_active = true`;

const WANTED_DUTIES = `
  select capture_paths.id as path_id, capture_paths.territory_id, entrusted.duty, teams.id as team_id
    from jsonb_to_recordset($1) as wanted (slug text, responsibilities jsonb)
   cross join jsonb_each_text(wanted.responsibilities) as entrusted (duty, team)
    join app_public.capture_paths on capture_paths.slug = wanted.slug
    join app_public.teams on teams.slug = entrusted.team`;

// Only duties that no longer exist; a closed door keeps its teams for what it has still to settle.
const RELEASE = `
  with wanted as (${WANTED_DUTIES})
  delete from app_public.responsibilities
   where responsibilities.path_id in (select wanted.path_id from wanted)
     and (responsibilities.path_id, responsibilities.duty) not in (select wanted.path_id, wanted.duty from wanted)`;

const ENTRUST = `
  insert into app_public.responsibilities (path_id, territory_id, duty, team_id) ${WANTED_DUTIES}
  on conflict (path_id, duty) do update set team_id = excluded.team_id`;
