import type { Pool, PoolClient } from "pg";
import { type Foreseen, type LeadReport, makeLeadReport } from "./lead_report.ts";
import { CHUNK_SIZE, readOnly, rest } from "./read_only.ts";

/** Which leads: all that is given must hold. Tests, and leads that are merged or forgotten, are never meant. */
export type LeadFilter = {
  /** Slug of a capture path that one of their touches came through. */
  path?: string;
  /** Slug of the territory that they lie in, or of one above it. */
  territory?: string;
  /** By `first_seen_at`: from the first instant on, before the second. */
  since?: Date;
  until?: Date;
  /** At most so many, the oldest first. */
  limit?: number;
};

export type LeadRehearsal = {
  filter: LeadFilter;
  /** Whose rules and members decide; null: the one in force. */
  revision: number | null;
  chunkSize?: number;
  onChunk?: (leads: number) => void;
};

/**
 * Decides past leads under a revision, a draft or not, as if they came for the first time, and tells what would be otherwise
 * than it is. Calls deciding functions only, in short read-only transactions that lock no row. Pools deal in the order of
 * arrival, once all is known, by weight and who is there; hours and capacity do not count, as for leads of the past.
 */
export async function rehearseLeads(pool: Pool, rehearsal: LeadRehearsal): Promise<LeadReport> {
  const { filter, chunkSize = CHUNK_SIZE, onChunk = () => {} } = rehearsal;
  const revision = await readOnly(pool, (client) => revisionOf(client, rehearsal.revision));
  const report = makeLeadReport(revision);
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for (let after: string | null = null; left > 0; ) {
    const startedAt = performance.now();
    const size = Math.min(chunkSize, left);
    const leads: Foreseen[] = await readOnly(pool, (client) =>
      foresee(client, filter, revision, after, size),
    );
    const last = leads.at(-1);
    if (last === undefined) break;
    for (const lead of leads) report.add(lead);
    after = last.lead;
    left -= leads.length;
    onChunk(leads.length);
    await rest(startedAt);
  }
  for (const [team, leads] of report.dealt()) {
    const { rows } = await readOnly(pool, (client) =>
      client.query<{ owner: string }>(DEAL, [team, leads, revision]),
    );
    report.deal(
      team,
      rows.map(({ owner }) => owner),
    );
  }
  const { rows: rules } = await readOnly(pool, (client) =>
    client.query<{ kind: "territory" | "routing"; id: number; name: string }>(RULES, [revision]),
  );
  return report.result(rules);
}

export async function countLeads(pool: Pool, filter: LeadFilter): Promise<number> {
  const { text, values } = conditions(filter, null);
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from app_public.leads where ${text}`,
    values,
  );
  return Math.min(rows[0]?.count ?? 0, filter.limit ?? Number.POSITIVE_INFINITY);
}

async function revisionOf(client: PoolClient, wanted: number | null): Promise<number> {
  if (wanted !== null) return wanted;
  const { rows } = await client.query<{ id: number }>("select app_private.current_revision() as id");
  return rows[0]?.id ?? 0;
}

async function foresee(
  client: PoolClient,
  filter: LeadFilter,
  revision: number,
  after: string | null,
  size: number,
): Promise<Foreseen[]> {
  const { text, values } = conditions(filter, after);
  const { rows: found } = await client.query<{ id: string }>(
    `select leads.id from app_public.leads where ${text} order by leads.id limit ${Math.trunc(size)}`,
    values,
  );
  if (found.length === 0) return [];
  const { rows } = await client.query<Foreseen>(FORESEE, [found.map(({ id }) => id), revision]);
  return rows;
}

const FORESEE = `
  select leads.id as lead, here.slug as "territoryNow", holders.slug as "ownerNow",
         places.slug as territory, foreseen.located_by ->> 'rule' as "territoryRule", foreseen.gate, foreseen.held_because as "heldBecause",
         owners.slug as owner, foreseen.why, foreseen.team_id as "teamId", teams.slug as team, foreseen.routed_by ->> 'rule' as "routingRule"
    from app_private.foresee_routes($1, $2, now()) as foreseen
    join app_public.leads on leads.id = foreseen.lead_id
    join app_public.territories as here on here.id = leads.territory_id
    left join app_public.actors as holders on holders.id = leads.owner_id
    left join app_public.territories as places on places.id = foreseen.territory_id
    left join app_public.actors as owners on owners.id = foreseen.owner_id
    left join app_public.teams on teams.id = foreseen.team_id
   order by leads.id`;

const DEAL = "select owner from app_private.rehearse_deal($1, $2, $3, now()) order by n";

const RULES = `
  select 'territory' as kind, rules.id,
         concat_ws(', ', territories.slug, rules.country, rules.region, rules.postal_prefix, rules.language, rules.company_domain,
                   rules.segment, rules.source, rules.employees_min || ' employees and more', 'up to ' || rules.employees_max || ' employees',
                   rules.condition::text) || format(' (rule %s)', rules.position) as name
    from app_public.territory_rules as rules join app_public.territories on territories.id = rules.territory_id
   where rules.revision = $1
  union all
  select 'routing', rules.id,
         concat_ws(', ', territories.slug, rules.source, rules.country, rules.segment, rules.language, 'score from ' || rules.score_min,
                   'score to ' || rules.score_max, rules.condition::text) || ' to '
           || coalesce(actors.slug, teams.slug, 'the manager of the last owner') || format(' (rule %s)', rules.position)
    from app_public.routing_rules as rules join app_public.territories on territories.id = rules.territory_id
    left join app_public.actors on actors.id = rules.actor_id left join app_public.teams on teams.id = rules.team_id
   where rules.revision = $1
   order by 1 desc, 2`;

function conditions(filter: LeadFilter, after: string | null): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (given: unknown) => `$${values.push(given)}`;
  const parts = [
    "leads.merged_into_id is null and leads.erased_at is null and not leads.is_test",
    after === null ? [] : `leads.id > ${value(after)}`,
    filter.since === undefined ? [] : `leads.first_seen_at >= ${value(filter.since)}`,
    filter.until === undefined ? [] : `leads.first_seen_at < ${value(filter.until)}`,
    filter.territory === undefined
      ? []
      : `leads.territory_id in (
           select below.id from app_public.territories as below join app_public.territories as named on named.id = any (below.path)
            where named.slug = ${value(filter.territory)})`,
    filter.path === undefined
      ? []
      : `exists (
           select from app_public.captures join app_public.capture_paths on capture_paths.id = captures.path_id
            where captures.lead_id = leads.id and capture_paths.slug = ${value(filter.path)})`,
  ].flat();
  return { text: parts.join(" and "), values };
}
