/**
 * The limit that B3 is held against: the same rows for 500 arrivals, claimed and written in one statement. Nothing
 * is checked, normalized, matched or decided, everybody gets the first member of the first team, and a known
 * e-mail address becomes a second lead. Triggers, foreign keys and row security are off (the superuser runs it).
 */
export const SKETCH = `
with claimed as materialized (
  select captures.id, captures.path_id, captures.trace_id, captures.received_at, captures.contract_id,
         convert_from(captures.body, 'UTF8')::jsonb as typed, uuidv7() as lead_id, uuidv7() as decision_id
    from app_public.captures where captures.status = 'pending'
   order by captures.id limit 500 for no key update skip locked
),
place as materialized (
  select teams.id as team_id, teams.territory_id, team_members.actor_id, sla_policies.id as policy_id
    from app_public.teams join app_public.team_members on team_members.team_id = teams.id, app_public.sla_policies
   where teams.slug = 'sales-de' order by team_members.position, sla_policies.id limit 1
),
leads as (
  insert into app_public.leads (id, territory_id, owner_id, team_id, first_name, last_name, email, phone, company, postal_code,
    country, score, score_reasons, source, trace_id, first_seen_at, last_activity_at, routed_at, owned_at,
    sla_policy_id, sla_started_at, sla_warn_at, sla_due_at)
  select lead_id, territory_id, actor_id, team_id, typed ->> 'first_name', typed ->> 'last_name', typed ->> 'email', typed ->> 'phone',
         typed ->> 'company', typed ->> 'postal_code', typed ->> 'country', 10, '[]', 'web-form', trace_id, received_at, received_at,
         now(), now(), policy_id, received_at, received_at, received_at
    from claimed, place
),
identities as (
  insert into app_private.lead_identities (boundary_id, kind, value_hash, lead_id)
  select 1, kind, sha256(convert_to(typed ->> kind, 'UTF8')), lead_id from claimed, unnest('{email,phone}'::text[]) as kind
  on conflict do nothing
),
events as (
  insert into app_public.source_events (lead_id, territory_id, origin_lead_id, capture_id, trace_id, source, channel, occurred_at, attributes)
  select lead_id, territory_id, lead_id, id, trace_id, 'web-form', typed ->> 'utm_source', received_at, typed from claimed, place
),
decisions as (
  insert into app_public.decisions (id, lead_id, territory_id, trace_id, kind, action, revision, owner_id, team_id, reason, inputs, candidates, decided_at)
  select decision_id, lead_id, territory_id, trace_id, 'route', 'assign', 1, actor_id, team_id, 'The first.', '{}', '[]', now() from claimed, place
),
assignments as (
  insert into app_public.assignments (lead_id, territory_id, owner_id, team_id, decision_id, trace_id, assigned_at)
  select lead_id, territory_id, actor_id, team_id, decision_id, trace_id, now() from claimed, place
),
notifications as (
  insert into app_public.notifications (event_id, lead_id, territory_id, trace_id, kind, recipient_id, text, next_attempt_at, created_at)
  select decision_id, lead_id, territory_id, trace_id, 'lead_assigned', actor_id, 'A new lead is yours.', now(), now() from claimed, place
),
clocks as (
  insert into app_public.clocks (lead_id, territory_id, kind, policy_id, trace_id, target_seconds, thresholds, started_at, running_since, segment_started_at, warn_at, due_at, overdue_at, next_at)
  select lead_id, territory_id, 'first_response', policy_id, trace_id, 900, '{80,100,150}', received_at, received_at, received_at, received_at + interval '1 hour', received_at + interval '1 hour', received_at + interval '1 hour', received_at + interval '1 hour'
    from claimed, place
),
audit as (
  insert into app_private.audit_entries (territory_id, entity, entity_id, action, login, trace_id, changes)
  select territory_id, entity, lead_id::text, 'insert', session_user, trace_id, '{"owner_id": 1}' from claimed, place, unnest('{leads,leads,decisions}'::text[]) as entity
),
marked as (
  update app_public.captures set status = 'processed', outcome = 'lead_created', lead_id = claimed.lead_id, attributes = claimed.typed, processed_at = now()
    from claimed where captures.id = claimed.id
)
select count(*)::int as count from claimed`;

/** Sent before the sketch. */
export const PREPARE_SKETCH = `
do $$
declare name text;
begin
  foreach name in array '{app_public.leads,app_private.lead_identities,app_public.source_events,app_public.decisions,app_public.assignments,app_public.notifications,app_public.clocks,app_private.audit_entries,app_public.captures}'::text[] loop
    execute format('alter table %s disable trigger all', name);
  end loop;
end $$`;
