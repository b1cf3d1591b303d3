import type { ClientBase } from "pg";
import { territoryId } from "./acme.ts";
import { asWorker } from "./arrivals.ts";
import { allRows } from "./rows.ts";

/** Leads whose sla_ columns are not what the clock that counts now says (design §5: one is written with the other). */
export const DIFFERENT_COLUMNS = `
  select leads.id from app_public.leads
    left join lateral app_private.current_clock(leads.id) as clock on leads.merged_into_id is null
   where (leads.sla_kind, leads.sla_policy_id, leads.sla_started_at, leads.sla_warn_at, leads.sla_due_at, leads.sla_overdue_at,
          leads.sla_paused_at, leads.sla_met_at, leads.sla_breached_at is not null)
      is distinct from (clock.kind, clock.policy_id, clock.started_at, clock.warn_at, clock.due_at, clock.overdue_at,
          clock.paused_at, case when app_private.is_met(clock) then clock.stopped_at end,
          coalesce(not app_private.is_met(clock), clock.thresholds[clock.fired] >= 100, false))`;

const INTERVALS = `
  with intervals as (
    select clock_id, started_at, ended_at, is_paused, working_seconds from app_public.clock_segments
    union all
    select id, segment_started_at, null, paused_at is not null, 0 from app_public.clocks where stopped_at is null)`;

/** What must hold of the segments of every clock; each query answers the clocks for which it does not. */
export const SEGMENT_RULES = {
  "intervals follow one another without gap or overlap": `${INTERVALS}
    select * from (select clock_id, ended_at, lead(started_at) over (partition by clock_id order by started_at) as next from intervals) as pairs
     where next is distinct from ended_at and next is not null`,
  "they reach from the start of the clock to its end": `${INTERVALS}
    select clocks.id from app_public.clocks join intervals on clock_id = clocks.id group by clocks.id
    having min(intervals.started_at) <> clocks.started_at or max(coalesce(intervals.ended_at, 'infinity')) <> coalesce(clocks.stopped_at, 'infinity')`,
  "what ran in them is what the clock has used": `${INTERVALS}
    select clocks.id, clocks.elapsed_seconds, sum(working_seconds) filter (where not is_paused) as ran from app_public.clocks join intervals on clock_id = clocks.id
     group by clocks.id
    having coalesce(sum(working_seconds) filter (where not is_paused), 0) <>
           case when stopped_at is null then app_private.elapsed_at(clocks, segment_started_at) else elapsed_seconds end`,
};

/** Clocks of which bi tells another owner at the deadline than their intervals do. */
export const BLAMED_OTHERS = `
  select told.clock_id from bi.sla_performance as told
    left join lateral (
      select actors.slug as owner, teams.slug as team from app_public.clock_intervals as held
        left join app_public.actors on actors.id = held.owner_id left join app_public.teams on teams.id = held.team_id
       where held.clock_id = told.clock_id and held.started_at <= told.due_at order by held.started_at desc limit 1) as held on true
   where (told.breached_owner, told.breached_team) is distinct from
         (case when told.is_breached then held.owner end, case when told.is_breached then held.team end)`;

type Policy = {
  slug: string;
  kind?: string;
  territory?: string;
  source?: string;
  status?: string;
  target_seconds: number;
  thresholds?: number[];
  time?: "working" | "calendar";
  stops_on?: string[];
  pauses_on?: string[];
  max_pause_seconds?: number;
  on_reassign?: "continue" | "restart";
};

/** A policy of the whole sample organization unless said otherwise. */
export async function addPolicy(db: ClientBase, { territory = "global", ...policy }: Policy): Promise<void> {
  const row = { territory_id: await territoryId(db, territory), ...policy };
  const columns = Object.keys(row).join(", ");
  await db.query(
    `insert into app_public.sla_policies (${columns})
     select ${columns} from jsonb_populate_record(null::app_public.sla_policies, $1)`,
    [JSON.stringify(row)],
  );
}

/** The person writes to us. */
export async function hear(db: ClientBase, leadId: string, at: Date): Promise<void> {
  await logged(db, leadId, { kind: "message", isResponse: false, status: null }, at);
}

/** Somebody answers the person. */
export async function answer(db: ClientBase, leadId: string, at: Date): Promise<void> {
  await logged(db, leadId, { kind: "email", isResponse: true, status: null }, at);
}

export async function changeStatus(db: ClientBase, leadId: string, status: string, at: Date): Promise<void> {
  await logged(db, leadId, { kind: "status_change", isResponse: false, status }, at);
}

async function logged(
  db: ClientBase,
  leadId: string,
  { kind, isResponse, status }: { kind: string; isResponse: boolean; status: string | null },
  at: Date,
): Promise<void> {
  await asWorker(db, () =>
    db.query(
      `select app_private.log_activities(array[row(uuidv7(), $1, (select id from app_public.actors where slug = 'mona'), $2, $3, null, $4, $5, null, leads.trace_id)::app_private.activity], $5)
         from app_public.leads where leads.id = $1`,
      [leadId, kind, isResponse, status, at],
    ),
  );
}

/** Somebody lets the lead's running clocks rest until then. */
export async function pause(db: ClientBase, leadId: string, at: Date, until: Date): Promise<void> {
  await asWorker(db, () =>
    db.query(
      `select app_private.pause_clocks(array_agg(row(id, $2, 'by_hand', $3)::app_private.clock_pause)), app_private.show_clocks(array[$1]::uuid[])
         from app_public.clocks where lead_id = $1 and running_since is not null`,
      [leadId, at, until],
    ),
  );
}

export type Clock = {
  started_at: Date;
  due_at: Date;
  next_at: Date | null;
  stopped_at: Date | null;
  stop_reason: string | null;
  paused_at: Date | null;
  pause_reason: string | null;
  elapsed: number;
};

/** The clocks of this kind, oldest first, with the whole seconds that each has used by its end or its present run. */
export async function clocksOf(db: ClientBase, leadId: string, kind: string): Promise<Clock[]> {
  return allRows(
    db,
    `select started_at, due_at, next_at, stopped_at, stop_reason, paused_at, pause_reason, elapsed_seconds::int as elapsed
       from app_public.clocks where lead_id = $1 and kind = $2 order by started_at, id`,
    [leadId, kind],
  );
}

/** The ended intervals of the clocks of this kind in their order: whose, in which status, why at rest, seconds of work. */
export async function segmentsOf(db: ClientBase, leadId: string, kind: string): Promise<unknown[][]> {
  const rows = await allRows<{ row: unknown[] }>(
    db,
    `select jsonb_build_array(actors.slug, clock_segments.status, clock_segments.pause_reason, working_seconds::int) as row
       from app_public.clock_segments
       join app_public.clocks on clocks.id = clock_segments.clock_id
       left join app_public.actors on actors.id = clock_segments.owner_id
      where clocks.lead_id = $1 and clocks.kind = $2 order by clock_segments.started_at`,
    [leadId, kind],
  );
  return rows.map(({ row }) => row);
}
