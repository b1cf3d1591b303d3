import type { Client, ClientBase } from "pg";
import { actorId, territoryId } from "./acme.ts";
import { actAs, stopActing } from "./act_as.ts";
import { asWorker, newTraceId } from "./arrivals.ts";
import { allRows, oneRow, oneValue, refusalOf } from "./rows.ts";

/** Opens a case of this kind, of an arrival of this path or of a lead, in Germany unless said otherwise. Answers its id. */
export async function openCase(
  db: ClientBase,
  kind: string,
  {
    path = null,
    captureId = null,
    leadId = null,
    territory = "de",
  }: {
    path?: string | null;
    captureId?: string | null | undefined;
    leadId?: string | null;
    territory?: string;
  } = {},
): Promise<string> {
  const home = await territoryId(db, territory);
  await asWorker(db, () =>
    db.query(
      `select app_private.open_exceptions(array[row($1, $2,
         (select id from app_public.capture_paths where slug = $3), $4, $5, $6, 'A reason', '{}')::app_private.exception_case], now())`,
      [kind, home, path, newTraceId(), captureId, leadId],
    ),
  );
  return oneValue(db, "select id as value from app_public.exceptions order by id desc limit 1");
}

/** The sweep of the clock, so many seconds later, until nothing is due. Answers how many thresholds fired. */
export async function fire(db: ClientBase, seconds: number): Promise<number> {
  let fired = 0;
  for (let pass = 1; pass > 0; fired += pass) {
    pass = await asWorker(db, () =>
      oneValue<number>(
        db,
        "select app_private.fire_thresholds(now() + make_interval(secs => $1), 100) as value",
        [seconds],
      ),
    );
  }
  return fired;
}

/** What a statement comes to as this actor, in whose name nothing goes on after it: "" or the code of the refusal. */
export async function attempt(db: Client, who: string, sql: string, values: unknown[]): Promise<string> {
  await actAs(db, await actorId(db, who));
  const code = await refusalOf(db, sql, values);
  if (code === "") await db.query(sql, values);
  await stopActing(db);
  return code;
}

/** A case as a reader sees it; times in seconds from the beginning of this transaction. */
export function caseOf(db: ClientBase, id: string) {
  return oneRow(
    db,
    `select teams.slug as team, next.slug as next, actors.slug as owner, escalation_level as level, outcome, reopenings,
            extract(epoch from due_at - now())::int as due, extract(epoch from acknowledge_due_at - now())::int as acknowledge,
            acknowledged_at is not null as is_acknowledged, extract(epoch from breached_at - now())::int as breached
       from app_public.exceptions
       join app_public.teams on teams.id = owner_team_id
       join app_public.teams as next on next.id = escalation_team_id
       left join app_public.actors on actors.id = exceptions.owner_id
      where exceptions.id = $1`,
    [id],
  );
}

/** The running clocks of a case, by kind, each with the second at which it fires next. */
export async function clocksOf(db: ClientBase, id: string): Promise<Record<string, number | null>> {
  const rows = await allRows<{ kind: string; next: number | null }>(
    db,
    `select kind, extract(epoch from next_at - now())::int as next from app_public.clocks
      where coalesce(exception_id, task_id, approval_id) = $1 and stopped_at is null order by kind`,
    [id],
  );
  return Object.fromEntries(rows.map(({ kind, next }) => [kind, next]));
}

/** Who was told what, in order; only of these kinds. */
export function told(db: ClientBase, ...kinds: string[]) {
  return allRows<{ kind: string; recipient: string; text: string }>(
    db,
    `select notifications.kind, actors.slug as recipient, notifications.text
       from app_public.notifications join app_public.actors on actors.id = recipient_id
      where notifications.kind = any ($1) and not is_copy order by notifications.id`,
    [kinds],
  );
}
