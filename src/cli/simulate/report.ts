import type { Client } from "pg";

export type Count = {
  name: string;
  leads: number;
  clocks: number;
  breached: number;
  medianSeconds: number | null;
  worstSeconds: number | null;
};

export type TerritoryCount = Count & {
  /** Leads that nobody has answered yet. */
  unanswered: number;
  /** Leads that nobody owned for too long. */
  unassigned: number;
};

export type Report = {
  leads: number;
  territories: TerritoryCount[];
  /** Of people: leads that were theirs at any time, breaches of which they had the lead then, and their own first answers. */
  owners: Count[];
  thresholds: { threshold: number; fired: number; late: number }[];
  exceptions: { kind: string; opened: number; escalated: number; open: number }[];
};

/** What has become of everything in a database of a simulation, in working time of the calendar where each lead lies. */
export async function readReport(client: Client): Promise<Report> {
  const rowsOf = async <Row extends object>(text: string) => (await client.query<Row>(text)).rows;
  const territories = await rowsOf<TerritoryCount>(TERRITORIES);
  return {
    leads: territories.reduce((sum, { leads }) => sum + leads, 0),
    territories,
    owners: await rowsOf<Count>(OWNERS),
    thresholds: await rowsOf(THRESHOLDS),
    exceptions: await rowsOf(EXCEPTIONS),
  };
}

// How long the first answer took, whose it was, and whose the lead was when a deadline passed.
const ANSWERS = `
  answers as (
    select leads.id, leads.territory_id, first.actor_id,
           round(app_private.working_seconds_between(app_private.calendar_of(leads.territory_id), leads.first_seen_at, leads.first_responded_at))::int as seconds
      from app_public.leads
      left join lateral (
        select activities.actor_id from app_public.activities
         where activities.lead_id = leads.id and activities.is_response order by activities.id limit 1) as first on true
     where leads.first_responded_at is not null
  ),
  breaches as (
    select clocks.id, clocks.territory_id, held.owner_id
      from app_public.clocks
      left join lateral (
        select clock_intervals.owner_id from app_public.clock_intervals
         where clock_intervals.clock_id = clocks.id and clock_intervals.started_at <= clocks.due_at
         order by clock_intervals.started_at desc limit 1) as held on true
     where clocks.lead_id is not null
       and exists (select from app_public.escalations where escalations.clock_id = clocks.id and escalations.threshold >= 100)
  )`;

const MIDDLE = "percentile_disc(0.5) within group (order by answers.seconds)";

const TERRITORIES = `
  with ${ANSWERS}
  select territories.slug as name, counted.leads, counted.unanswered, timed.clocks, broken.breached,
         answered.median as "medianSeconds", answered.worst as "worstSeconds", alarms.unassigned
    from app_public.territories
   cross join lateral (select count(*)::int as leads, count(*) filter (where leads.first_responded_at is null)::int as unanswered
                         from app_public.leads where leads.territory_id = territories.id) as counted
   cross join lateral (select count(*)::int as clocks from app_public.clocks where clocks.territory_id = territories.id and clocks.lead_id is not null) as timed
   cross join lateral (select count(*)::int as breached from breaches where breaches.territory_id = territories.id) as broken
   cross join lateral (select ${MIDDLE} as median, max(answers.seconds) as worst from answers where answers.territory_id = territories.id) as answered
   cross join lateral (select count(distinct notifications.lead_id)::int as unassigned from app_public.notifications
                        where notifications.territory_id = territories.id and notifications.kind = 'lead_unassigned') as alarms
   where counted.leads > 0
   order by territories.slug`;

const OWNERS = `
  with ${ANSWERS}
  select actors.slug as name, held.leads, timed.clocks, broken.breached, answered.median as "medianSeconds", answered.worst as "worstSeconds"
    from app_public.actors
   cross join lateral (select count(distinct assignments.lead_id)::int as leads from app_public.assignments where assignments.owner_id = actors.id) as held
   cross join lateral (select count(distinct clock_intervals.clock_id)::int as clocks from app_public.clock_intervals where clock_intervals.owner_id = actors.id) as timed
   cross join lateral (select count(*)::int as breached from breaches where breaches.owner_id = actors.id) as broken
   cross join lateral (select ${MIDDLE} as median, max(answers.seconds) as worst from answers where answers.actor_id = actors.id) as answered
   where held.leads > 0
   order by actors.slug`;

const THRESHOLDS = `
  select escalations.threshold, count(*)::int as fired, count(*) filter (where escalations.is_late)::int as late
    from app_public.escalations where escalations.lead_id is not null group by escalations.threshold order by escalations.threshold`;

const EXCEPTIONS = `
  select exceptions.kind, count(*)::int as opened, count(*) filter (where exceptions.escalation_level > 0)::int as escalated,
         count(*) filter (where exceptions.resolved_at is null)::int as open
    from app_public.exceptions group by exceptions.kind order by exceptions.kind`;
