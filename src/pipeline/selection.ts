import type { ClientBase } from "pg";
import type { ClaimedCapture } from "./judge.ts";

/** Which captures: all that is given must hold. An empty filter means every one of these statuses. */
export type Filter = {
  ids?: readonly string[];
  /** Slug of the capture path. */
  path?: string;
  /** `captures.outcome`, such as contract_violation or discarded. */
  kind?: string;
  /** Kind of a violation, such as extra. */
  violation?: string;
  /** By `received_at`: from the first instant on, before the second. */
  since?: Date;
  until?: Date;
  trace?: string;
  /** At most so many, the oldest first. */
  limit?: number;
};

/**
 * `refused`: in quarantine or `error`. `processed`: with a lead. `judged`: all whose way is over. What was discarded
 * only when `kind` says so, and then nothing else; what has no content any more, never.
 */
export type Scope = "refused" | "processed" | "judged";

/** A capture as it can be judged again, with what became of it. */
export type SelectedCapture = ClaimedCapture & {
  path_id: number;
  trace_id: string;
  status: string;
  outcome: string | null;
  lead_id: string | null;
  violations: unknown;
};

export type Chunk = { captures: SelectedCapture[]; last: string | null };

export const CHUNK = 500;

/**
 * The next captures behind `after`, in order of arrival. `isLocking`: for this transaction, without those that another
 * one holds; `last` then is still the last that was looked at, so that a walk ends.
 */
export async function selectChunk(
  client: ClientBase,
  { filter, scope, after, size = CHUNK, isLocking = false }: ChunkOptions,
): Promise<Chunk> {
  const { text, values } = conditions(filter, scope, after);
  const { rows: found } = await client.query<{ id: string }>(
    `select captures.id from app_public.captures where ${text} order by captures.id limit ${Math.trunc(size)}`,
    values,
  );
  const ids = found.map(({ id }) => id);
  if (ids.length === 0) return { captures: [], last: null };
  const { rows } = await client.query<SelectedCapture>(
    `${READ} where captures.id = any ($1) and ${text.replaceAll(/\$(\d+)/g, (_, n) => `$${Number(n) + 1}`)}
      order by captures.id ${isLocking ? "for no key update of captures skip locked" : ""}`,
    [ids, ...values],
  );
  return { captures: rows, last: ids.at(-1) ?? null };
}

type ChunkOptions = {
  filter: Filter;
  scope: Scope;
  after: string | null;
  size?: number;
  isLocking?: boolean;
};

/** Counts no further than the limit. */
export async function countSelected(client: ClientBase, filter: Filter, scope: Scope): Promise<number> {
  const { text, values } = conditions(filter, scope, null);
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from app_public.captures where ${text}`,
    values,
  );
  return Math.min(rows[0]?.count ?? 0, filter.limit ?? Number.POSITIVE_INFINITY);
}

const READ = `
  select captures.id, captures.path_id, capture_paths.slug as path_slug, capture_paths.protocol, captures.contract_id,
         captures.content_type, captures.headers, captures.body, captures.part_of, captures.fetched, captures.corrections,
         captures.released_at, captures.received_at, territories.country as default_country, territories.time_zone,
         captures.trace_id, captures.status, captures.outcome, captures.lead_id, captures.violations
    from app_public.captures
    join app_public.capture_paths on capture_paths.id = captures.path_id
    join app_public.territories on territories.id = capture_paths.territory_id`;

const SCOPES: Record<Scope, string> = {
  refused: "captures.status in ('quarantined', 'error')",
  processed: "captures.status = 'processed' and captures.lead_id is not null and captures.erased_at is null",
  judged:
    "captures.status in ('processed', 'quarantined', 'error') and captures.outcome is distinct from 'discarded' and captures.erased_at is null",
};

function conditions(filter: Filter, scope: Scope, after: string | null): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (given: unknown) => `$${values.push(given)}`;
  const parts = [
    filter.kind === "discarded" ? "captures.status = 'processed'" : SCOPES[scope],
    after === null ? [] : `captures.id > ${value(after)}`,
    filter.ids === undefined ? [] : `captures.id = any (${value(filter.ids)})`,
    filter.path === undefined
      ? []
      : `captures.path_id = (select id from app_public.capture_paths where slug = ${value(filter.path)})`,
    filter.kind === undefined ? [] : `captures.outcome = ${value(filter.kind)}`,
    filter.violation === undefined
      ? []
      : `captures.violations @> ${value(JSON.stringify([{ kind: filter.violation }]))}`,
    filter.since === undefined ? [] : since(value(filter.since)),
    filter.until === undefined ? [] : `captures.received_at < ${value(filter.until)}`,
    filter.trace === undefined ? [] : `captures.trace_id = ${value(filter.trace)}`,
  ].flat();
  return { text: parts.join(" and "), values };
}

/** An id is made after its capture's transaction began, so no earlier partition holds one that is sought. */
function since(instant: string): string {
  return `captures.received_at >= ${instant} and captures.id >= app_private.uuid_floor(${instant})`;
}
