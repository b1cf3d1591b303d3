import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { stopActing } from "../support/act_as.ts";
import type { Target } from "./mutations.ts";

export const ROLES = ["rep", "manager", "operations", "viewer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** One person for each role, all in Germany, and a colleague who owns what is not theirs. */
export async function createActors(db: Client): Promise<Record<Role | "colleague", number>> {
  const create = async (name: string, role: Role) => {
    const { rows } = await db.query<{ id: number }>(
      `with created as (insert into app_public.actors (kind, slug, name) values ('person', $1, $1) returning id),
            joined as (insert into app_public.memberships select created.id, territories.id, $2
                         from created, app_public.territories where territories.slug = 'de')
       select id from created`,
      [`matrix-${name}`, role],
    );
    return rows[0]?.id ?? 0;
  };
  return {
    rep: await create("rep", "rep"),
    manager: await create("manager", "manager"),
    operations: await create("operations", "operations"),
    viewer: await create("viewer", "viewer"),
    admin: await create("admin", "admin"),
    colleague: await create("colleague", "rep"),
  };
}

/** A lead of this owner, and a case about it in a team that the owner is the only member of. */
export async function createTarget(db: Client, ownerId: number | null, at: Place = GERMANY): Promise<Target> {
  await stopActing(db);
  const { rows } = await db.query<Omit<Target, keyof Place>>(CREATE_TARGET, [
    ownerId,
    `team-${randomUUID()}`,
    randomUUID(),
    at.territory,
    at.path,
    at.person,
    at.handler,
  ]);
  const [made] = rows;
  if (made === undefined) throw new Error("The target was not made.");
  const target = { ...made, ...at };
  await db.query(
    `insert into app_public.team_members (team_id, territory_id, actor_id, position)
     select exceptions.owner_team_id, exceptions.territory_id, $2, 1 from app_public.exceptions
      where exceptions.id = $1 and $2::int is not null`,
    [target.exceptionId, ownerId],
  );
  return target;
}

type Place = Pick<Target, "territory" | "boundary" | "path" | "person" | "handler">;

export const GERMANY: Place = {
  territory: "de",
  boundary: "de",
  path: "web-form",
  person: "dirk",
  handler: "olga",
};
export const FRANCE: Place = { ...GERMANY, territory: "fr", boundary: "fr", person: "felix" };
export const AMERICA: Place = {
  ...GERMANY,
  territory: "us",
  boundary: "us",
  person: "uma",
  handler: "marco",
};
export const NETHERLANDS: Place = {
  territory: "globex-nl",
  boundary: "globex-nl",
  path: "globex-form",
  person: "nina",
  handler: "gus",
};

const CREATE_TARGET = `
  with place as (select id from app_public.territories where slug = $4),
       team as (insert into app_public.teams (territory_id, slug, name) select place.id, $2, $2 from place returning id, territory_id),
       lead as (
         insert into app_public.leads (territory_id, owner_id, owned_at, source, trace_id, first_seen_at, last_activity_at)
         select place.id, $1, case when $1::int is not null then now() end, $5, md5($3), now(), now() from place
         returning id, territory_id),
       incident as (
         insert into app_public.exceptions (territory_id, kind, reason, lead_id, owner_team_id, escalation_team_id, runbook, opened_at, due_at)
         select lead.territory_id, 'processing_failed', 'By hand', lead.id, team.id, team.id, 'docs/runbooks/processing_failed.md', now(), now() + interval '1 hour'
           from lead, team
         returning id),
       task as (
         insert into app_public.tasks (lead_id, territory_id, trace_id, kind, title, owner_id, opened_at, due_at)
         select lead.id, lead.territory_id, md5($3), 'stagnation', 'By hand', $1, now(), now() + interval '1 day' from lead returning id),
       approval as (
         insert into app_public.approvals (lead_id, territory_id, reason, requested_by_id, approver_id, requested_at, handed_at, due_at)
         select lead.id, lead.territory_id, 'By hand', asking.id, coalesce($1, asked.id), now(), now(), now() + interval '1 day'
           from lead, app_public.actors as asking, app_public.actors as asked where asking.slug = $6 and asked.slug = $7 returning id),
       refused as (
         insert into app_public.captures (path_id, territory_id, trace_id, body, status, outcome, violations, processed_at)
         select capture_paths.id, place.id, md5($3), '{}', 'quarantined', 'contract_violation', '[]', now()
           from place, app_public.capture_paths where capture_paths.slug = $5
         returning id),
       holder as (insert into app_public.actors (kind, slug, name) values ('api_key', $2, $2) returning id, slug),
       joined as (insert into app_public.memberships select holder.id, place.id, 'viewer' from holder, place),
       api_key as (
         insert into app_private.api_keys (actor_id, prefix, secret_hash, operations, created_at)
         select holder.id, left(md5($3), 12), sha256('secret'), '{read}', now() from holder returning prefix)
  select lead.id as "leadId", incident.id as "exceptionId", task.id as "taskId", approval.id as "approvalId", refused.id as "captureId", holder.slug as "keyHolder", api_key.prefix as "keyPrefix"
    from lead, incident, task, approval, refused, holder, api_key`;
