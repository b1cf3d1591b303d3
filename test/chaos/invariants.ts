import type { ClientBase } from "pg";
import type { Load } from "./load.ts";

type Sent = Pick<Load, "attempted" | "answered">;

/** What must hold at every moment. Answers the rules that are broken, each with an example. */
export async function lostOrDoubled(db: ClientBase, { attempted, answered }: Sent): Promise<string[]> {
  const lost = await broken(
    db,
    "an arrival that was answered is not there",
    `select answered.key from unnest($1::text[], $2::uuid[]) as answered (key, capture_id)
      where not exists (
        select from app_private.capture_keys
         where capture_keys.idempotency_key = answered.key and capture_keys.capture_id = answered.capture_id)`,
    [[...answered.keys()], [...answered.values()]],
  );
  const invented = await broken(
    db,
    "something is there that was never sent",
    `select capture_keys.idempotency_key from app_private.capture_keys
      where capture_keys.idempotency_key <> all ($1::text[])`,
    [[...attempted]],
  );
  return [...lost, ...invented, ...(await allBroken(db, STORED))];
}

/** What must hold when everything that was sent is answered and processed, and no work is under way. */
export async function unfinished(db: ClientBase, sent: Sent): Promise<string[]> {
  await db.query("analyze"); // the tables are young: without it these queries are planned for a few rows
  const findings = [...(await lostOrDoubled(db, sent)), ...(await allBroken(db, PROCESSED))];
  const { rows } = await db.query<{ leads: number }>("select count(*)::int as leads from app_public.leads");
  const leads = rows[0]?.leads;
  if (leads !== sent.attempted.size)
    findings.push(`${sent.attempted.size} persons have become ${leads} leads`);
  return findings;
}

const STORED: Record<string, string> = {
  "a key has no capture": `
    select capture_keys.idempotency_key from app_private.capture_keys
     where not exists (select from app_public.captures where captures.id = capture_keys.capture_id)`,
  "a capture has not exactly one key": `
    select captures.id::text
      from app_public.captures left join app_private.capture_keys on capture_keys.capture_id = captures.id
     group by captures.id having count(capture_keys.capture_id) <> 1`,
  "two captures have the same bytes": `
    select min(captures.id::text) from app_public.captures group by captures.body having count(*) > 1`,
};

const PROCESSED: Record<string, string> = {
  "a capture is not processed": `
    select captures.id::text from app_public.captures where captures.status <> 'processed'`,
  "a capture has not exactly one source event": `
    select captures.id::text
      from app_public.captures left join app_public.source_events on source_events.capture_id = captures.id
     group by captures.id having count(source_events.id) <> 1`,
  "a source event has no capture": `
    select source_events.id::text
      from app_public.source_events left join app_public.captures on captures.id = source_events.capture_id
     where captures.id is null`,
  "a capture is in no territory, or in another than its lead": `
    select captures.id::text from app_public.captures left join app_public.leads on leads.id = captures.lead_id
     where captures.territory_id is distinct from leads.territory_id`,
  "a person is two leads": `
    select min(leads.id::text) from app_public.leads group by leads.email having count(*) > 1`,
  "a lead has no owner": `
    select leads.id::text from app_public.leads where leads.owner_id is null`,
  "a lead's running assignments are not one, of its owner": `
    select leads.id::text
      from app_public.leads
      left join app_public.assignments on assignments.lead_id = leads.id and assignments.ended_at is null
     group by leads.id having array_agg(assignments.owner_id) is distinct from array[leads.owner_id]`,
  "a trace has not exactly one effective decision": `
    select captures.trace_id
      from app_public.captures
      left join app_public.decisions on decisions.lead_id = captures.lead_id and decisions.trace_id = captures.trace_id
                                    and decisions.kind = 'route' and decisions.superseded_by_id is null
     group by captures.id, captures.trace_id having count(decisions.id) <> 1`,
  "a lead has not exactly one clock, with its deadline": `
    select leads.id::text
      from app_public.leads left join app_public.clocks on clocks.lead_id = leads.id
     group by leads.id having array_agg(clocks.due_at) is distinct from array[leads.sla_due_at]`,
  "a clock's escalations are not those that it has fired, in order": `
    select clocks.id::text
      from app_public.clocks left join app_public.escalations on escalations.clock_id = clocks.id
     group by clocks.id
    having coalesce(array_agg(escalations.threshold order by escalations.id) filter (where escalations.id is not null), '{}')
        <> clocks.thresholds[1:clocks.fired]`,
  "an event was told more or less than once": `
    select events.id::text
      from (select decisions.id from app_public.decisions where decisions.action = 'assign'
            union all
            select escalations.id from app_public.escalations) as events
      left join app_public.notifications on notifications.event_id = events.id
     group by events.id having count(notifications.id) <> 1`,
  "a lead's making is not in the audit exactly once": `
    select leads.id::text
      from app_public.leads
      left join app_private.audit_entries on audit_entries.entity = 'leads' and audit_entries.action = 'insert'
                                         and audit_entries.entity_id = leads.id::text
     group by leads.id having count(audit_entries.id) <> 1`,
  // A job that lost its key was replaced while it ran; one that has a key is work that nobody does any more.
  "a job failed for good": `
    select format('%s: %s', jobs.id, jobs.last_error) from graphile_worker._private_jobs as jobs
     where jobs.attempts >= jobs.max_attempts and jobs.locked_at is null and jobs.key is not null`,
};

async function allBroken(db: ClientBase, rules: Record<string, string>): Promise<string[]> {
  const findings: string[] = [];
  for (const [rule, query] of Object.entries(rules)) findings.push(...(await broken(db, rule, query, [])));
  return findings;
}

/** Nothing when the query finds nothing. */
async function broken(db: ClientBase, rule: string, text: string, values: unknown[]): Promise<string[]> {
  const { rows } = await db.query<[string]>({ text, values, rowMode: "array" });
  return rows.length === 0 ? [] : [`${rule}: ${rows[0]?.[0]}, ${rows.length} in all`];
}
