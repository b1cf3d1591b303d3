import type { Client } from "pg";
import { dropBiLogin } from "../../setup/bi_login.ts";
import { CommandError, EXIT } from "../outcome.ts";

export type RevokedLogin = { name: string; sessions: number };

/**
 * Takes a login away that `bi grant` made. What it reads goes first, so that its next statement sees nothing even
 * while its sessions are being ended. The actor stays, switched off: the audit names it.
 */
export async function revokeLogin(worker: Client, root: Client, name: string): Promise<RevokedLogin> {
  const { rowCount } = await worker.query(
    "update app_public.actors set is_active = false where slug = $1 and granted_at is not null and db_role is not null",
    [name],
  );
  if (rowCount === 0) {
    throw new CommandError(
      EXIT.failed,
      `bi grant made no login "${name}". One of actors.yaml goes when it is taken out there: npx catchment apply.`,
    );
  }
  const sessions = await dropBiLogin(root, name);
  await worker.query(FORGET, [name]);
  return { name, sessions };
}

// Only when the role is gone: until then revoking again must find it.
const FORGET = `
  with gone as (update app_public.actors set db_role = null where slug = $1 returning id)
  delete from app_public.memberships where memberships.actor_id in (select gone.id from gone)`;
