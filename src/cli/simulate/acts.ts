import type { Client } from "pg";

/** What somebody is about to do. `id` is that of a lead, or of the case, follow-up or approval. */
export type Act = { kind: ActKind; id: string; actor: number | null; value: string };
export type ActKind = keyof typeof ACTS;

/** Does what is still to be done: who lost a lead meanwhile answers no more, and what is over stays so. */
export async function act(client: Client, acts: readonly Act[], asOf: Date): Promise<void> {
  for (const kind of KINDS) {
    const same = acts.filter((one) => one.kind === kind);
    if (same.length === 0) continue;
    await client.query({
      name: `simulate ${kind}`,
      text: `with acts as (select * from unnest($2::uuid[], $3::int[], $4::text[]) with ordinality as acts (id, actor_id, value, n)) ${ACTS[kind]}`,
      values: [
        asOf,
        same.map(({ id }) => id),
        same.map(({ actor }) => actor),
        same.map(({ value }) => value),
      ],
    });
  }
}

const logged = (activity: string, condition: string) => `
  , chosen as materialized (
    select distinct on (leads.id) leads.id, leads.trace_id, leads.status, leads.owner_id, acts.value, acts.n
      from acts join app_public.leads on leads.id = acts.id
     where leads.closed_at is null and leads.merged_into_id is null and leads.held_at is null and (${condition})
     order by leads.id, acts.n)
  select app_private.log_activities(array_agg((uuidv7(), chosen.id, ${activity}, $1, null, chosen.trace_id)::app_private.activity order by chosen.n), $1)
    from chosen having count(*) > 0`;

const ACTS = {
  /** Who owns a lead calls, unless the last word was ours. */
  answer: logged(
    `chosen.owner_id, 'call', true, null, case when chosen.status in ('new', 'attempting_to_contact') then 'contacted' end`,
    `leads.owner_id = acts.actor_id and (
       select activities.is_response from app_public.activities
        where activities.lead_id = leads.id and activities.kind <> 'status_change'
        order by activities.id desc limit 1) is not true`,
  ),
  write: logged(`null, 'message', false, null, null`, `leads.first_responded_at is not null`),
  qualify: logged(`chosen.owner_id, 'status_change', false, null, 'qualified'`, `leads.status = 'contacted'`),
  close: logged(
    `chosen.owner_id, 'status_change', false, null, chosen.value`,
    `leads.status in ('contacted', 'qualified')`,
  ),
  /** For a day. */
  pause: `
    , chosen as materialized (
      select clocks.id, leads.id as lead_id from acts
        join app_public.leads on leads.id = acts.id and leads.owner_id = acts.actor_id
        join app_public.clocks on clocks.lead_id = leads.id and clocks.running_since is not null
       where leads.held_at is null and leads.first_responded_at is null)
    select app_private.pause_clocks(array_agg((chosen.id, $1, 'by_hand', $1::timestamptz + interval '1 day')::app_private.clock_pause order by chosen.id)),
           app_private.show_clocks(array_agg(distinct chosen.lead_id))
      from chosen having count(*) > 0`,
  /** Who owns it asks their manager. */
  ask: `
    , asked as (
      insert into app_public.approvals (territory_id, lead_id, trace_id, reason, requested_by_id, approver_id, requested_at, handed_at, due_at)
      select leads.territory_id, leads.id, leads.trace_id, 'Simulated.', owners.id, owners.manager_id, $1, $1,
             $1::timestamptz + make_interval(secs => patience.approval_seconds)
        from acts join app_public.leads on leads.id = acts.id and leads.closed_at is null and leads.merged_into_id is null
        join app_public.actors as owners on owners.id = leads.owner_id and owners.manager_id is not null
       cross join lateral app_private.patience_of(leads.territory_id) as patience
      returning approvals.id, approvals.approver_id)
    select app_private.tell_approval(asked.id, 'approval_requested', asked.approver_id, $1) from asked`,
  acknowledge: `
    update app_public.exceptions
       set acknowledged_at = $1, owner_id = app_private.person_on_duty(exceptions.owner_team_id, exceptions.territory_id, $1)
      from acts where exceptions.id = acts.id and exceptions.resolved_at is null and exceptions.acknowledged_at is null
       and exceptions.escalation_level = acts.value::int
       and app_private.person_on_duty(exceptions.owner_team_id, exceptions.territory_id, $1) is not null`,
  resolve: `
    update app_public.exceptions set resolved_at = $1, outcome = 'done'
      from acts where exceptions.id = acts.id and exceptions.resolved_at is null and exceptions.acknowledged_at is not null
       and exceptions.escalation_level = acts.value::int`,
  complete: `
    , done as (
      update app_public.tasks set closed_at = $1, closed_by_id = tasks.owner_id, outcome = 'done'
        from acts where tasks.id = acts.id and tasks.closed_at is null and tasks.owner_id = acts.actor_id
      returning tasks.lead_id)
    update app_public.leads set last_activity_at = greatest(leads.last_activity_at, $1)
      from done where leads.id = done.lead_id`,
  decide: `
    update app_public.approvals set decided_at = $1, decided_by_id = approvals.approver_id, decision = acts.value
      from acts where approvals.id = acts.id and approvals.decided_at is null and approvals.approver_id = acts.actor_id`,
} as const;

const KINDS = [
  "write",
  "answer",
  "pause",
  "qualify",
  "ask",
  "close",
  "acknowledge",
  "resolve",
  "complete",
  "decide",
] as const;
