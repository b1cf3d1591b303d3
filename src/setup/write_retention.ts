import type { Client } from "pg";
import type { Organization } from "./organization.ts";

/** The rules of the folder, and no other: one that is gone keeps what it would have forgotten. */
export async function writeRetention(client: Client, { retention_rules }: Organization): Promise<void> {
  for (const statement of [REMOVE, UPSERT]) await client.query(statement, [JSON.stringify(retention_rules)]);
}

// A changed kind is removed as well: two rules may change places.
const REMOVE = `
  delete from app_private.retention_rules
   where not exists (
     select from jsonb_to_recordset($1) as wanted (slug text, territory text, subject text, status text, purpose text)
       join app_public.territories on territories.slug = wanted.territory
      where (wanted.slug, territories.id, wanted.subject) = (retention_rules.slug, retention_rules.territory_id, retention_rules.subject)
        and (wanted.status, wanted.purpose) is not distinct from (retention_rules.status, retention_rules.purpose))`;

const UPSERT = `
  insert into app_private.retention_rules as rules (slug, territory_id, subject, status, purpose, keep_days)
  select wanted.slug, territories.id, wanted.subject, wanted.status, wanted.purpose, wanted.keep_days
    from jsonb_to_recordset($1) as wanted (slug text, territory text, subject text, status text, purpose text, keep_days int)
    join app_public.territories on territories.slug = wanted.territory
  on conflict (slug) do update set keep_days = excluded.keep_days
   where rules.keep_days is distinct from excluded.keep_days`;
