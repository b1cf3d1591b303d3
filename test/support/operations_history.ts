import type { ClientBase } from "pg";

/** Instants of a small history, counted by hand: `HH:MM[:SS]` of a day two days ago in Berlin, `+` before it the day after. */
type Clock = string;

type Capture = [
  key: string,
  at: Clock,
  status: string,
  outcome: string | null,
  more?: Record<string, unknown>,
];

/**
 * Six arrivals of a day in de: two that went by themselves (c1, and c3 of the same person), one that a person routed
 * (c2), one in quarantine (c4), one released by hand (c5), one pending late in the evening (c6). c7 came ten minutes after
 * midnight in Berlin, before it in UTC; f1 in fr; a test and a request that held two events beside them.
 */
const CAPTURES: readonly Capture[] = [
  ["c1", "09:00", "processed", "lead_created", { lead: "l1" }],
  ["c2", "10:00", "processed", "lead_created", { lead: "l2" }],
  ["c3", "11:00", "processed", "touch_added", { lead: "l1" }],
  ["c4", "12:00", "quarantined", "contract_violation"],
  ["c5", "13:00", "processed", "lead_created", { lead: "l3", released: "14:00" }],
  ["c6", "23:50", "pending", null],
  ["c7", "+00:10", "processed", "ignored"],
  ["f1", "09:00", "processed", "ignored", { territory: "fr" }],
  ["t1", "09:00", "processed", "ignored", { is_test: true }],
  ["s1", "09:00", "processed", "split"],
];

/** The day of this history, in Berlin. */
export const DAY = "((now() at time zone 'Europe/Berlin')::date - 2)";

export async function writeHistory(db: ClientBase): Promise<void> {
  await db.query("select app_private.make_partitions(now() - interval '40 days', 3)");
  await db.query(`
    create function pg_temp.at(clock text) returns timestamptz language sql as $$
      select (${DAY} + case when clock like '+%' then 1 else 0 end + ltrim(clock, '+')::time) at time zone 'Europe/Berlin' $$`);
  for (const statement of [LEADS, WAITING, DEALT, EDITED, CASES]) await db.query(statement);
  const captures = CAPTURES.map(([key, at, status, outcome, more]) => ({
    key,
    at,
    status,
    outcome,
    ...more,
  }));
  await db.query(ARRIVALS, [JSON.stringify(captures)]);
  await db.query(TOUCHES);
}

/** l1 is won, l2 lost, l3 waits in the queue, l4 is dora's and breached; h1 came from the past. */
const LEADS = `
  insert into app_public.leads (id, territory_id, owner_id, owned_at, team_id, status, source, trace_id, is_history, first_seen_at, last_activity_at,
                                routed_at, first_responded_at, closed_at, sla_due_at, sla_breached_at)
  select md5(told.key)::uuid, territories.id, actors.id, case when actors.id is not null then pg_temp.at(told.routed) end, teams.id,
         told.status, 'web-form', md5(told.trace), told.key = 'h1', pg_temp.at(told.arrived), pg_temp.at(told.arrived),
         pg_temp.at(told.routed), pg_temp.at(told.answered), pg_temp.at(told.closed), pg_temp.at(told.breached), pg_temp.at(told.breached)
    from (values ('l1', 'c1', 'dora', 'closed_won', '09:00', '09:00:10', '09:10', '15:00', null),
                 ('l2', 'c2', 'dirk', 'closed_lost', '10:00', '10:00:30', '10:20', '16:00', null),
                 ('l3', 'c5', null, 'new', '13:00', '14:00:05', null, null, null),
                 ('l4', 'l4', 'dora', 'qualified', '+00:05', '+00:06', null, null, '+08:00'),
                 ('h1', 'h1', 'dora', 'new', '08:00', '08:01', null, null, null))
         as told (key, trace, owner, status, arrived, routed, answered, closed, breached)
    join app_public.territories on territories.slug = 'de'
    join app_public.teams on teams.slug = 'sales-de'
    left join app_public.actors on actors.slug = told.owner`;

/** The clock of l4 runs. */
const WAITING = `
  insert into app_public.clocks (lead_id, territory_id, kind, policy_id, trace_id, target_seconds, thresholds, fired,
                                 started_at, running_since, segment_started_at, warn_at, due_at, overdue_at)
  select leads.id, leads.territory_id, 'first_response', (select min(id) from app_public.sla_policies), leads.trace_id, 60, '{80,100}', 2,
         leads.first_seen_at, leads.first_seen_at, leads.first_seen_at, leads.sla_due_at, leads.sla_due_at, leads.sla_due_at
    from app_public.leads where leads.id = md5('l4')::uuid`;

/** l2 was claimed: the one decision by a person. l4 was declined by dirk before dora had it. */
const DEALT = `
  with decided as (
    insert into app_public.decisions (lead_id, territory_id, trace_id, kind, action, revision, owner_id, actor_id, reason, inputs, candidates, decided_at)
    select leads.id, leads.territory_id, leads.trace_id, 'route', case when leads.id = md5('l2')::uuid then 'claim' else 'assign' end,
           (select max(revisions.id) from app_public.revisions), leads.owner_id, case when leads.id = md5('l2')::uuid then leads.owner_id end,
           'By hand', '{}', '[]', leads.routed_at
      from app_public.leads where leads.id in (md5('l1')::uuid, md5('l2')::uuid, md5('l4')::uuid, md5('h1')::uuid)
    returning id, lead_id, territory_id, trace_id, owner_id, decided_at)
  insert into app_public.assignments (lead_id, territory_id, owner_id, decision_id, trace_id, assigned_at, ended_at, outcome)
  select decided.lead_id, decided.territory_id, decided.owner_id, decided.id, decided.trace_id, decided.decided_at, null::timestamptz, null from decided
  union all
  select decided.lead_id, decided.territory_id, actors.id, decided.id, decided.trace_id, decided.decided_at, decided.decided_at, 'declined'
    from decided join app_public.actors on actors.slug = 'dirk' where decided.lead_id = md5('l4')::uuid`;

/** dora writes two fields of l1 in one edit. */
const EDITED = `
  insert into app_public.lead_edits (lead_id, territory_id, trace_id, field, value, actor_id, edited_at)
  select leads.id, leads.territory_id, leads.trace_id, field::app_public.lead_field, 'x', leads.owner_id, pg_temp.at('09:30')
    from app_public.leads, unnest(array['city', 'company']) as field where leads.id = md5('l1')::uuid`;

/** The case of c5 was resolved by dora and did not hold at first; that of c4 is open. */
const CASES = `
  insert into app_public.exceptions (territory_id, kind, reason, trace_id, capture_id, owner_team_id, escalation_team_id, owner_id, runbook,
                                     opened_at, due_at, acknowledged_at, resolved_at, outcome, reopenings, reopened_at)
  select territories.id, 'contract_violation', 'By hand', md5(told.key), md5('capture ' || told.key)::uuid, teams.id, teams.id, actors.id, 'none',
         pg_temp.at(told.opened), pg_temp.at(told.opened) + interval '2 days', pg_temp.at(told.resolved), pg_temp.at(told.resolved),
         case when told.resolved is not null then 'released' end, (told.resolved is not null)::int, pg_temp.at(told.resolved) - interval '10 minutes'
    from (values ('c4', null, '12:00', null), ('c5', 'dora', '13:00', '14:00')) as told (key, owner, opened, resolved)
    join app_public.territories on territories.slug = 'de'
    join app_public.teams on teams.slug = 'sales-de'
    left join app_public.actors on actors.slug = told.owner`;

const ARRIVALS = `
  insert into app_public.captures (id, path_id, territory_id, trace_id, body, received_at, status, outcome, processed_at, released_at, is_test, lead_id)
  select uuidv7(pg_temp.at(told.at) - now()), capture_paths.id, territories.id, md5(told.key), '', pg_temp.at(told.at), told.status, told.outcome,
         case when told.status <> 'pending' then pg_temp.at(told.at) + interval '2 seconds' end, pg_temp.at(told.released), coalesce(told.is_test, false),
         md5(told.lead)::uuid
    from jsonb_to_recordset($1) as told (key text, at text, status text, outcome text, lead text, released text, territory text, is_test boolean)
    join app_public.territories on territories.slug = coalesce(told.territory, 'de')
    join app_public.capture_paths on capture_paths.slug = 'partner-feed'`;

const TOUCHES = `
  insert into app_public.source_events (lead_id, territory_id, origin_lead_id, capture_id, trace_id, source, channel, occurred_at, attributes)
  select captures.lead_id, captures.territory_id, captures.lead_id, captures.id, captures.trace_id, 'web-form', 'newsletter', captures.received_at, '{}'
    from app_public.captures where captures.lead_id in (md5('l1')::uuid, md5('l2')::uuid, md5('l3')::uuid)`;
