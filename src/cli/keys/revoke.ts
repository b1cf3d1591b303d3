import type { Client } from "pg";
import { CommandError, EXIT } from "../outcome.ts";

export type RevokedKey = { prefix: string; actor: string; revokedAt: Date };

/** Ends a key. A second time answers the first instant. */
export async function revokeKey(worker: Client, prefix: string): Promise<RevokedKey> {
  const { rows } = await worker.query<RevokedKey>(REVOKE, [prefix]);
  const [revoked] = rows;
  if (revoked !== undefined) return revoked;
  throw new CommandError(EXIT.failed, "There is no key of this prefix: npx catchment keys list shows them.");
}

const REVOKE = `
  select revoked.prefix, revoked.actor, revoked.revoked_at as "revokedAt"
    from app_private.api_keys, app_private.revoke_api_key(api_keys.id, now()) as revoked
   where api_keys.prefix = $1`;
