import type { ClientBase } from "pg";
import { asWorker } from "./arrivals.ts";

/** A lead of the past with its first touch; won, lost, or open as long as it has no end. */
export type EndedLead = {
  firstSeenAt: Date;
  closedAt: Date | null;
  isWon: boolean;
  source?: string;
  channel?: string | undefined;
  landingPage?: string | undefined;
  attributes?: Record<string, string | number>;
};

/** Puts leads beside the pipeline, as an import of the past leaves them. Answers their ids. */
export async function bringEnded(
  db: ClientBase,
  territory: string,
  leads: readonly EndedLead[],
): Promise<string[]> {
  const { rows } = await asWorker(db, () =>
    db.query<{ id: string }>(BRING, [
      territory,
      JSON.stringify(leads.map((lead, n) => ({ n, ...rowOf(lead) }))),
    ]),
  );
  return rows.map(({ id }) => id);
}

function rowOf({ firstSeenAt, closedAt, isWon, source, channel, landingPage, attributes }: EndedLead) {
  const status = closedAt === null ? "new" : isWon ? "closed_won" : "closed_lost";
  return {
    first_seen_at: firstSeenAt,
    closed_at: closedAt,
    status,
    source: source ?? "web",
    channel,
    landing_page: landingPage,
    attributes: attributes ?? {},
  };
}

const BRING = `
  with wanted as materialized (
    select uuidv7() as id, wanted.*, territories.id as territory_id
      from jsonb_to_recordset($2) as wanted (
             n int, first_seen_at timestamptz, closed_at timestamptz, status text, source text, channel text, landing_page text, attributes jsonb)
      join app_public.territories on territories.slug = $1
  ),
  leads as (
    insert into app_public.leads (id, territory_id, status, source, trace_id, is_history, first_seen_at, last_activity_at, closed_at)
    select id, territory_id, status, source, replace(id::text, '-', ''), true, first_seen_at, first_seen_at, closed_at from wanted
  ),
  touches as (
    insert into app_public.source_events
      (lead_id, territory_id, origin_lead_id, capture_id, trace_id, source, channel, landing_page, occurred_at, attributes)
    select id, territory_id, id, id, replace(id::text, '-', ''), source, channel, landing_page, first_seen_at, attributes from wanted
  )
  select id from wanted order by n`;

/** The same numbers from 0 to 1 every time. */
export function drawing(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
