import type { Client } from "pg";

export type LoginRow = { name: string; territories: string[]; audit: string[]; madeBy: string };

/** Every login that reads now, whoever made it. */
export async function listLogins(worker: Client): Promise<LoginRow[]> {
  const { rows } = await worker.query<LoginRow>(LIST);
  return rows;
}

const LIST = `
  select actors.db_role as name,
         array(select distinct territories.slug from app_public.memberships join app_public.territories on territories.id = memberships.territory_id
                where memberships.actor_id = actors.id order by 1) as territories,
         array(select territories.slug from app_public.memberships join app_public.territories on territories.id = memberships.territory_id
                where memberships.actor_id = actors.id and memberships.role = 'manager' order by 1) as audit,
         case when actors.granted_at is null then 'actors.yaml' else 'bi grant, ' || to_char(actors.granted_at at time zone 'UTC', 'YYYY-MM-DD') end as "madeBy"
    from app_public.actors
   where actors.kind = 'bi_login' and actors.is_active and actors.db_role is not null
   order by 1`;
