import { makeDrain } from "../pipeline/drain.ts";
import { withConnection } from "../postgres/connect.ts";
import { makePool, withClient } from "../postgres/pools.ts";
import type { BenchDatabase } from "./cluster.ts";
import { makeRouteOne } from "./job_per_lead.ts";

/** How many rows the batches and the single path wrote alike, by kind. Throws at the first kind that differs. */
export async function checkSameResult(
  batchwise: BenchDatabase["urls"],
  singly: BenchDatabase["urls"],
): Promise<Map<string, number>> {
  await drainInBatches(batchwise.worker);
  await routeOneByOne(singly.worker);
  const [ours, theirs] = [await readResult(batchwise.superuser), await readResult(singly.superuser)];
  for (const [kind, rows] of ours) {
    const others = theirs.get(kind) ?? [];
    const at = rows.findIndex((row, index) => row !== others[index]);
    if (at >= 0 || rows.length !== others.length) {
      throw new Error(
        `Batch and single path differ in ${kind}:\n${rows[at] ?? "nothing"}\n${others[at] ?? "nothing"}`,
      );
    }
  }
  return new Map([...ours].map(([kind, rows]) => [kind, rows.length]));
}

async function drainInBatches(url: string): Promise<void> {
  const pool = makePool(url, { max: 4, applicationName: "bench batches" });
  const drain = makeDrain({ pool, log: refuse });
  await drain.run();
  await pool.end();
}

async function routeOneByOne(url: string): Promise<void> {
  const pool = makePool(url, { max: 2, applicationName: "bench singly" });
  const routeOne = makeRouteOne();
  await withClient(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from app_public.captures where status = 'pending' order by id",
    );
    for (const { id } of rows) await routeOne(client, id);
  });
  await pool.end();
}

/** The drain tells of a capture that failed; here none may. */
function refuse(line: string): void {
  throw new Error(line);
}

/** Rows as text, in order, by what is the same in both databases: capture, trace, slugs. Ids of leads are not. */
export async function readResult(url: string): Promise<Map<string, string[]>> {
  return withConnection(url, async (client) => {
    const result = new Map<string, string[]>();
    for (const [kind, query] of Object.entries(RESULT)) {
      const { rows } = await client.query<{ row: string }>(
        `select to_jsonb(result)::text as row from (${query}) as result order by 1`,
      );
      result.set(
        kind,
        rows.map(({ row }) => row),
      );
    }
    return result;
  });
}

/** The instant of the work itself (`now()` of each transaction) is left out, what follows from the arrival is not. */
const RESULT = {
  captures: `select captures.id, captures.status, captures.outcome, captures.attributes, leads.trace_id as lead, captures.territory_id
    from app_public.captures left join app_public.leads on leads.id = captures.lead_id`,
  leads: `select leads.trace_id, actors.slug as owner, to_jsonb(leads) - '{id,created_at,routed_at,owned_at,field_origins}'::text[] as lead
    from app_public.leads left join app_public.actors on actors.id = leads.owner_id`,
  field_origins: `select leads.trace_id as lead, origins.field, source_events.capture_id
    from app_public.leads cross join lateral jsonb_each(leads.field_origins) as origins (field, origin)
    join app_public.source_events on source_events.id = (origins.origin ->> 'source_event')::uuid`,
  identities: `select boundary_id, kind, value_hash, leads.trace_id as lead
    from app_private.lead_identities join app_public.leads on leads.id = lead_identities.lead_id`,
  source_events: `select leads.trace_id as lead, to_jsonb(source_events) - '{id,lead_id,origin_lead_id,created_at}'::text[] as event
    from app_public.source_events join app_public.leads on leads.id = source_events.lead_id`,
  decisions: `select leads.trace_id as lead, to_jsonb(decisions) - '{id,lead_id,decided_at,superseded_by_id,created_at}'::text[] as decision
    from app_public.decisions join app_public.leads on leads.id = decisions.lead_id`,
  assignments: `select leads.trace_id as lead, assignments.owner_id, assignments.team_id, assignments.ended_at is null as runs
    from app_public.assignments join app_public.leads on leads.id = assignments.lead_id`,
  clocks: `select leads.trace_id as lead, to_jsonb(clocks) - '{id,lead_id,created_at}'::text[] as clock
    from app_public.clocks join app_public.leads on leads.id = clocks.lead_id`,
  notifications: `select trace_id, kind, recipient_id, text from app_public.notifications`,
  exceptions: `select capture_id, trace_id, kind, territory_id, reason, owner_team_id from app_public.exceptions`,
  turns: `select team_id, actor_id, last_turn, past_turn, credit, past_credit, dealt, dealt_on from app_public.team_members
    union all select id, null, last_turn, past_turn, null, null, null, null from app_public.teams`,
  inserts_audited: `select entity, territory_id, trace_id, changes - 'lead_id' as changes
    from app_private.audit_entries where action = 'insert' and entity <> 'exceptions'`,
};
