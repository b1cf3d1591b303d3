import type { Client } from "pg";

export type KeyRow = {
  prefix: string;
  actor: string;
  operations: string[];
  isLive: boolean;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
};

/** Every key there was, of all actors or of one, the newest first. */
export async function listKeys(worker: Client, actor: string | undefined): Promise<KeyRow[]> {
  const { rows } = await worker.query<KeyRow>(LIST, [actor ?? null]);
  return rows;
}

const LIST = `
  select api_keys.prefix, actors.slug as actor, api_keys.operations,
         actors.is_active and api_keys.revoked_at is null and (api_keys.expires_at is null or api_keys.expires_at > now()) as "isLive",
         api_keys.created_at as "createdAt", api_keys.expires_at as "expiresAt", api_keys.revoked_at as "revokedAt",
         api_keys.last_used_at as "lastUsedAt"
    from app_private.api_keys join app_public.actors on actors.id = api_keys.actor_id
   where $1::text is null or actors.slug = $1
   order by api_keys.created_at desc, api_keys.id desc`;
