import type { Client } from "pg";
import type { Organization } from "./organization.ts";

/**
 * Those of the folder, and no other, but for those that `catchment sign-ins add` gave: they stand in no folder. A subject
 * that the folder names is the folder's from then on.
 */
export async function writeSignIns(client: Client, { sign_ins }: Organization, at: Date): Promise<void> {
  const wanted = JSON.stringify(sign_ins);
  await client.query(REMOVE, [wanted]);
  await client.query(UPSERT, [wanted, at]);
}

const WANTED = `
  select wanted.issuer, wanted.subject, actors.id as actor_id
    from jsonb_to_recordset($1) as wanted (actor text, issuer text, subject text)
    join app_public.actors on actors.slug = wanted.actor`;

const REMOVE = `
  with wanted as (${WANTED})
  delete from app_private.sign_ins
   where sign_ins.granted_at is null
     and not exists (select from wanted where (wanted.issuer, wanted.subject) = (sign_ins.issuer, sign_ins.subject))`;

const UPSERT = `
  insert into app_private.sign_ins as known (issuer, subject, actor_id, created_at)
  select wanted.issuer, wanted.subject, wanted.actor_id, $2 from (${WANTED}) as wanted
  on conflict (issuer, subject) do update set actor_id = excluded.actor_id, granted_at = null
   where (known.actor_id, known.granted_at) is distinct from (excluded.actor_id, null::timestamptz)`;
