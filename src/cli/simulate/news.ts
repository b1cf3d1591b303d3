import type { Client } from "pg";

/** What happened that makes somebody do something. */
export type News = {
  kind: "assigned" | "told" | "answered" | "heard" | "qualified" | "case" | "follow_up" | "approval";
  /** Of the lead, or of the case, follow-up or approval. */
  id: string;
  /** Who or what it is about, in words that are the same in every run. */
  about: string;
  actor: number | null;
  calendar: number | null;
  /** How often a case has been escalated. */
  level: number;
};

export type Heard = {
  news: News[];
  /** When the next clock is due; null: none runs. */
  clockAt: Date | null;
  /** Whether somebody waits for a sweep: a lead without owner, or one that its owner should have accepted. */
  isWaiting: boolean;
};

/** What has happened since the last call. One connection writes everything, so its ids ascend whatever the table. */
export function makeNews(client: Client): (asOf: Date) => Promise<Heard> {
  let since = "00000000-0000-0000-0000-000000000000";
  return async (asOf) => {
    const { rows } = await client.query<Row>({ name: "simulate news", text: NEWS, values: [since, asOf] });
    const [state] = rows;
    if (state === undefined) throw new Error("The state is always told.");
    since = state.until;
    const { clock_at: clockAt, is_waiting: isWaiting } = state;
    return { news: rows.flatMap(({ news }) => news ?? []), clockAt, isWaiting };
  };
}

type Row = { news: News | null; until: string; clock_at: Date | null; is_waiting: boolean };

const NEWS = `
  with happened as (
    select 'assigned' as kind, assignments.id as event, assignments.lead_id, assignments.owner_id as actor
      from app_public.assignments where assignments.id > $1 and assignments.ended_at is null
    union all
    select 'told', escalations.id, escalations.lead_id, escalations.recipient_id
      from app_public.escalations join app_public.leads on leads.id = escalations.lead_id and leads.owner_id = escalations.recipient_id
     where escalations.id > $1
    union all
    select case when activities.kind = 'status_change' then 'qualified' when activities.is_response then 'answered' else 'heard' end,
           activities.id, activities.lead_id, leads.owner_id
      from app_public.activities join app_public.leads on leads.id = activities.lead_id and leads.closed_at is null
     where activities.id > $1 and (activities.kind <> 'status_change' or leads.status = 'qualified')
  ),
  news as (
    select happened.kind, happened.event, leads.id, leads.email as about, happened.actor, leads.territory_id, 0 as level
      from happened join app_public.leads on leads.id = happened.lead_id
    union all
    select 'case', cases.event, exceptions.id, coalesce(leads.email, exceptions.kind), null, exceptions.territory_id, exceptions.escalation_level
      from (select exceptions.id as event, exceptions.id from app_public.exceptions where exceptions.id > $1
            union all
            select escalated.id, escalated.exception_id from app_public.exception_escalations as escalated where escalated.id > $1) as cases
      join app_public.exceptions on exceptions.id = cases.id and exceptions.resolved_at is null
      left join app_public.leads on leads.id = exceptions.lead_id
    union all
    select 'follow_up', tasks.id, tasks.id, leads.email, tasks.owner_id, tasks.territory_id, 0
      from app_public.tasks join app_public.leads on leads.id = tasks.lead_id where tasks.id > $1
    union all
    select 'approval', approvals.id, approvals.id, leads.email, approvals.approver_id, approvals.territory_id, 0
      from app_public.approvals join app_public.leads on leads.id = approvals.lead_id
     where approvals.handed_at = $2 and approvals.decided_at is null
  )
  select null as news, uuidv7() as until,
         (select date_trunc('milliseconds', min(clocks.next_at) + interval '999 microseconds') from app_public.clocks where clocks.next_at is not null) as clock_at,
         exists (select from app_public.leads where leads.owner_id is null and leads.closed_at is null and leads.merged_into_id is null and leads.held_at is null)
         or exists (select from app_public.assignments
                     where assignments.accept_due_at <= $2 and assignments.accepted_at is null and assignments.ended_at is null) as is_waiting
  union all
  (select jsonb_build_object('kind', news.kind, 'id', news.id, 'about', news.about, 'actor', news.actor,
            'calendar', app_private.calendar_of(news.territory_id), 'level', news.level), null, null, null
     from news order by news.event)`;

/** When somebody does something: so many minutes of that calendar from now, or after they are back. */
export type Wish = { minutes: number; calendar: number | null; actor: number | null };

/** The instant of each; null: not within a hundred years. */
export async function instantsOf(
  client: Client,
  wishes: readonly Wish[],
  asOf: Date,
): Promise<(Date | null)[]> {
  if (wishes.length === 0) return [];
  const { rows } = await client.query<{ at: Date | null }>({
    name: "simulate instants",
    text: INSTANTS,
    values: [
      asOf,
      wishes.map(({ calendar }) => calendar),
      wishes.map(({ minutes }) => minutes * 60),
      wishes.map(({ actor }) => actor),
    ],
  });
  return rows.map(({ at }) => at);
}

const INSTANTS = `
  select case when away.until is null then planned.at
              else app_private.add_working_time(wishes.calendar, away.until, least(wishes.seconds, 3600)) end as at
    from unnest($2::int[], $3::int[], $4::int[]) with ordinality as wishes (calendar, seconds, actor, n)
   cross join lateral (select app_private.add_working_time(wishes.calendar, $1, wishes.seconds) as at) as planned
   cross join lateral (
     select max(absences.ends_at) as until from app_public.absences
      where absences.actor_id = wishes.actor and absences.starts_at <= planned.at and absences.ends_at > planned.at) as away
   order by wishes.n`;
