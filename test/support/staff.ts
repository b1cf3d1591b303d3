import type { ClientBase } from "pg";

/** Away from an hour ago until an hour from now (or `until`), by the clock of this transaction. */
export async function absent(db: ClientBase, slugs: readonly string[], until?: Date): Promise<void> {
  await db.query(
    `insert into app_public.absences (actor_id, starts_at, ends_at)
     select actors.id, now() - interval '1 hour', coalesce($2, now() + interval '1 hour')
       from app_public.actors where actors.slug = any ($1)`,
    [slugs, until ?? null],
  );
}

export async function switchOff(db: ClientBase, slugs: readonly string[]): Promise<void> {
  await db.query("update app_public.actors set is_active = false where slug = any ($1)", [slugs]);
}

/** How many open leads one may have in the own team. */
export async function limitTo(db: ClientBase, slug: string, capacity: number): Promise<void> {
  await db.query(
    `update app_public.team_members set capacity = $2
       from app_public.actors where actors.id = team_members.actor_id and actors.slug = $1`,
    [slug, capacity],
  );
}
