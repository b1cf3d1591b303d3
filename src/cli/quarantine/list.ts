import type { Pool } from "pg";
import { countSelected, type Filter, selectChunk } from "../../pipeline/selection.ts";
import { withClient } from "../../postgres/pools.ts";
import { type FilterOptions, filterOf } from "../filter.ts";
import { say, sayJson, table } from "../output.ts";
import { requireFilter } from "../require_filter.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { describeViolations } from "./violations.ts";

/** What is in quarantine, the oldest first; 50 unless `--limit` says otherwise. No personal data but the names of fields. */
export async function list(options: FilterOptions & { json?: true }): Promise<void> {
  const filter = filterOf({ limit: 50, ...options });
  const { rows, total } = await withWorkerPool("quarantine", async (pool) => {
    await requireFilter(pool, filter);
    return read(pool, filter);
  });
  if (options.json) return sayJson(rows);
  if (rows.length > 0) {
    for (const line of table([["capture", "path", "received", "violations", "due"], ...rows.map(cells)]))
      say(line);
  }
  const hidden = total - rows.length;
  say(hidden > 0 ? `${rows.length} of ${total}; --limit shows more.` : `${total} in quarantine.`);
}

type Listed = {
  id: string;
  path: string;
  receivedAt: Date;
  kind: string | null;
  violations: unknown;
  /** Of the first open exception about it. */
  dueAt: Date | null;
  traceId: string;
};

async function read(
  pool: Pool,
  { limit = 50, ...filter }: Filter,
): Promise<{ rows: Listed[]; total: number }> {
  return withClient(pool, async (client) => {
    const total = await countSelected(client, filter, "refused");
    const rows: Listed[] = [];
    for (let after: string | null = null; rows.length < limit; ) {
      const size = Math.min(500, limit - rows.length);
      const { captures, last } = await selectChunk(client, { filter, scope: "refused", after, size });
      if (last === null) break;
      after = last;
      const { rows: cases } = await client.query<{ id: string; due: Date }>(
        `select exceptions.capture_id as id, min(exceptions.due_at) as due from app_public.exceptions
          where exceptions.capture_id = any ($1) and exceptions.resolved_at is null group by 1`,
        [captures.map(({ id }) => id)],
      );
      const due = new Map(cases.map((one) => [one.id, one.due]));
      rows.push(
        ...captures.map((capture) => ({
          id: capture.id,
          path: capture.path_slug,
          receivedAt: capture.received_at,
          kind: capture.outcome,
          violations: capture.violations,
          dueAt: due.get(capture.id) ?? null,
          traceId: capture.trace_id,
        })),
      );
    }
    return { rows, total };
  });
}

function cells({ id, path, receivedAt, kind, violations, dueAt }: Listed): string[] {
  const said = describeViolations(violations) || (kind ?? "");
  return [id, path, minute(receivedAt), said, dueAt === null ? "no open case" : minute(dueAt)];
}

function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")}Z`;
}
