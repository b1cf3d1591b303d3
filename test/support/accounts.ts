import type { ClientBase } from "pg";

/** The account of acme.example in a territory, made or replaced. */
export async function account(
  db: ClientBase,
  given: { territory: string; owner: string | null; status?: string; domain?: string },
): Promise<void> {
  await db.query(
    `insert into app_public.accounts (territory_id, domain, owner_id, status, created_at, updated_at)
     select territories.id, $4, (select id from app_public.actors where slug = $2), $3, now(), now()
       from app_public.territories where territories.slug = $1
     on conflict (domain, territory_id) do update set owner_id = excluded.owner_id, status = excluded.status`,
    [given.territory, given.owner, given.status ?? "active", given.domain ?? "acme.example"],
  );
}
