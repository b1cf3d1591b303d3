import type { ClientBase } from "pg";
import { asWorker, receiveOne, secondsLater, someone } from "./arrivals.ts";
import { allRows, oneValue } from "./rows.ts";

type MergeOptions = { asOf?: Date; actorId?: number | null; score?: number | null; evidence?: object | null };

/** Merges as the machine does, unless an actor is named. Answers the id of the merge. */
export async function merge(
  db: ClientBase,
  survivorId: string,
  mergedId: string,
  { asOf, actorId = null, score = null, evidence = null }: MergeOptions = {},
): Promise<string> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.merge_leads($1, $2, $3, $4, $5, coalesce($6, now())) as value", [
      survivorId,
      mergedId,
      actorId,
      score,
      evidence === null ? null : JSON.stringify(evidence),
      asOf ?? null,
    ]),
  );
}

/** Takes a lead out again. Answers the id of the merge that it undoes. */
export async function unmerge(
  db: ClientBase,
  leadId: string,
  { asOf, actorId = null }: { asOf?: Date; actorId?: number | null } = {},
): Promise<string> {
  return asWorker(db, () =>
    oneValue(db, "select app_private.unmerge_lead($1, $2, coalesce($3, now())) as value", [
      leadId,
      actorId,
      asOf ?? null,
    ]),
  );
}

/**
 * Every row of every table, but for the records of merging, the audit, and the segments of clocks, which tell what was
 * meanwhile: table to rows, in a fixed order. Of a clock counts what it has used, not which run brought it.
 */
export async function everyRow(db: ClientBase): Promise<Record<string, string[]>> {
  const tables = await allRows<{ name: string }>(
    db,
    `select oid::regclass::text as name from pg_class
      where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ('app_public', 'app_private')
        and relname not in ('lead_merges', 'clock_segments') and relname not like 'audit\\_%' order by 1`,
  );
  const rows: Record<string, string[]> = {};
  for (const { name } of tables) {
    const apart = APART[name] ?? "";
    const found = await allRows<{ row: string }>(
      db,
      `select (${name === "app_public.clocks" ? CLOCK : "to_jsonb(kept)"})::text as row from ${name} as kept ${apart} order by 1`,
    );
    if (found.length > 0) rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

/** A case that is open again is timed anew. */
const APART: Record<string, string> = {
  "app_public.decisions": "where kind <> 'merge'",
  "app_public.clocks": "where lead_id is not null",
};

const CLOCK = `
  to_jsonb(kept) - '{elapsed_seconds,running_since,segment_started_at}'::text[]
    || jsonb_build_object('used', trim_scale(app_private.elapsed_at(kept, now() + interval '1 year')))`;

/** The rows that only one of two such snapshots has, named by the snapshot. */
export function differences(before: Record<string, string[]>, after: Record<string, string[]>): string[] {
  const rowsOf = (snapshot: Record<string, string[]>) =>
    new Set(Object.entries(snapshot).flatMap(([table, rows]) => rows.map((row) => `${table} ${row}`)));
  const [had, has] = [rowsOf(before), rowsOf(after)];
  return [
    ...[...had.difference(has)].map((row) => `gone: ${row}`),
    ...[...has.difference(had)].map((row) => `new: ${row}`),
  ].sort();
}

/** Two people who came once each, in Germany. */
export async function twoLeads(db: ClientBase): Promise<{ survivorId: string; mergedId: string }> {
  const { leadId: survivorId } = await receiveOne(db, { attributes: someone() });
  const { leadId: mergedId } = await receiveOne(db, { attributes: someone() });
  return { survivorId, mergedId };
}

/** Somebody answers the lead so many seconds after the beginning of this transaction. */
export async function respond(db: ClientBase, leadId: string, seconds: number): Promise<void> {
  const at = await secondsLater(db, seconds);
  await asWorker(db, () =>
    db.query(
      `select app_private.log_activities(array[row(uuidv7(), $1, (select id from app_public.actors where slug = 'mona'), 'call', true, null, null, $2, null, leads.trace_id)::app_private.activity], $2)
         from app_public.leads where leads.id = $1`,
      [leadId, at],
    ),
  );
}

/** Fires what is due so many seconds later, until nothing is. Answers how many fired. */
export async function fire(db: ClientBase, seconds: number): Promise<number> {
  const at = await secondsLater(db, seconds);
  let all = 0;
  for (let fired = -1; fired !== 0; all += fired) {
    fired = await asWorker(db, () =>
      oneValue<number>(db, "select app_private.fire_thresholds($1, 100) as value", [at]),
    );
  }
  return all;
}

/** As if no policy had been in force when the lead arrived. */
export async function forgetClock(db: ClientBase, leadId: string): Promise<void> {
  await db.query(
    "delete from app_public.clock_segments where clock_id in (select id from app_public.clocks where lead_id = $1)",
    [leadId],
  );
  await db.query("delete from app_public.clocks where lead_id = $1", [leadId]);
  await db.query(
    `update app_public.leads
        set sla_kind = null, sla_policy_id = null, sla_started_at = null, sla_warn_at = null, sla_due_at = null, sla_overdue_at = null
      where id = $1`,
    [leadId],
  );
}

/** As if the lead had arrived, and its clocks begun, so many seconds later. */
export async function beginLater(db: ClientBase, leadId: string, seconds: number): Promise<void> {
  await db.query(
    `update app_public.clocks
        set (started_at, segment_started_at, running_since, warn_at, due_at, overdue_at, next_at)
          = (select started_at + later, segment_started_at + later, running_since + later, warn_at + later, due_at + later, overdue_at + later, next_at + later
               from make_interval(secs => $2) as later)
      where lead_id = $1`,
    [leadId, seconds],
  );
  await db.query("select app_private.show_clocks(array[$1]::uuid[])", [leadId]);
}
