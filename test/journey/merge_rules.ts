import type { ClientBase } from "pg";
import { expect } from "vitest";
import { BLAMED_OTHERS, DIFFERENT_COLUMNS, SEGMENT_RULES } from "../support/clocks.ts";
import { allRows, oneValue } from "../support/rows.ts";

/** What must hold whatever happened; each query answers what is out of place. */
export async function expectOrder(db: ClientBase, touches: number, where: string): Promise<void> {
  const found: Record<string, unknown[]> = {};
  for (const [rule, query] of Object.entries(await rules(db))) {
    const wrong = await allRows(db, query);
    if (wrong.length > 0) found[rule] = wrong;
  }
  const kept = await oneValue<number>(
    db,
    "select count(distinct capture_id)::int as value from app_public.source_events",
  );
  expect([where, kept, found]).toEqual([where, touches, {}]);
}

async function rules(db: ClientBase): Promise<Record<string, string>> {
  const children = await allRows<{ child: string }>(db, "select child from app_private.lead_children()");
  return {
    ...Object.fromEntries(
      children.map(({ child }) => [
        `every row of ${child} hangs on the root of its origin`,
        `select id from ${child} as child where lead_id <> app_private.survivor_of(coalesce(origin_lead_id, lead_id))`,
      ]),
    ),
    "every capture hangs where its touch does":
      "select captures.id from app_public.captures join app_public.source_events on capture_id = captures.id where captures.lead_id <> source_events.lead_id",
    "every chain of merges ends": "select id from app_public.leads where app_private.survivor_of(id) is null",
    "a lead is merged while one merge of it stands":
      "select id from app_public.leads where merged_into_id is distinct from (select survivor_id from app_public.lead_merges where merged_id = leads.id and unmerged_at is null)",
    "who owns a lead has its one running assignment":
      "select leads.id from app_public.leads left join app_public.assignments on lead_id = leads.id and ended_at is null where assignments.owner_id is distinct from leads.owner_id or (merged_into_id is not null and leads.owner_id is not null)",
    "a clock runs only on an unanswered root":
      "select clocks.id from app_public.clocks join app_public.leads on leads.id = lead_id where stopped_at is null and (merged_into_id is not null or (clocks.kind = 'first_response' and first_responded_at is not null))",
    "an unanswered root with a clock runs it":
      "select leads.id from app_public.leads join app_public.clocks on lead_id = leads.id and clocks.kind = 'first_response' where merged_into_id is null and first_responded_at is null group by leads.id having every(stopped_at is not null)",
    "what a merge did to a clock can be undone":
      "select id from app_public.clocks where (origin_lead_id is not null or coalesce(stop_reason = 'merged', false)) <> (before_merge is not null)",
    "a lead's columns are its clock": DIFFERENT_COLUMNS,
    ...SEGMENT_RULES,
    "who had the lead at the deadline is told of its breach": BLAMED_OTHERS,
    "an escalation hangs where its clock does":
      "select escalations.id from app_public.escalations join app_public.clocks on clocks.id = clock_id where escalations.lead_id <> clocks.lead_id",
    "nobody waits who has an owner, but to be taken from that one": `select exceptions.id from app_public.exceptions
        join app_public.assignments on assignments.lead_id = exceptions.lead_id and ended_at is null
       where kind = 'nobody_available' and resolved_at is null
         and (assigned_at > opened_at
           or coalesce(assignments.origin_lead_id, assignments.lead_id) <> coalesce(exceptions.origin_lead_id, exceptions.lead_id))`,
    "a lead is as old as its first touch and as fresh as its last": `select leads.id from app_public.leads
        where merged_into_id is null and (first_seen_at, last_activity_at) is distinct from (
          select (min(occurred_at), greatest(max(occurred_at), (select max(occurred_at) from app_public.activities where lead_id = leads.id)))
            from app_public.source_events where lead_id = leads.id)`,
    "the credits of a lead sum to 1":
      "select lead_id, model from bi.attribution_credit group by 1, 2 having sum(credit) <> 1",
  };
}

/** Once nothing is merged, nothing may remember a merge but the touches, which name their own lead. */
export async function strangers(db: ClientBase): Promise<unknown[]> {
  const children = await allRows<{ child: string }>(
    db,
    "select child from app_private.lead_children() where origin = 'moved'",
  );
  const moved: unknown[] = [];
  for (const { child } of children) {
    moved.push(
      ...(await allRows(db, `select '${child}' as child, id from ${child} where origin_lead_id is not null`)),
    );
  }
  return [
    ...moved,
    ...(await allRows(db, "select id from app_public.source_events where lead_id <> origin_lead_id")),
    ...(await allRows(
      db,
      "select id from app_public.clocks where origin_lead_id is not null or stop_reason = 'merged'",
    )),
    ...(await allRows(
      db,
      "select id from app_public.exceptions where is_closed_by_merge and kind <> 'nobody_available'",
    )),
  ];
}
