import type { ClientBase } from "pg";
import { asWorker } from "./arrivals.ts";
import { allRows, oneRow, oneValue } from "./rows.ts";

/** Members of a team have so many seconds to accept. */
export async function mustAccept(db: ClientBase, team: string, seconds: number): Promise<void> {
  await db.query("update app_public.teams set accept_seconds = $2 where slug = $1", [team, seconds]);
}

export async function ownerOf(db: ClientBase, leadId: string): Promise<string | null> {
  return oneValue(
    db,
    `select actors.slug as value from app_public.leads left join app_public.actors on actors.id = owner_id where leads.id = $1`,
    [leadId],
  );
}

/** The decisions about a lead, first to last; each but the last must be superseded by a later one. */
export async function chainOf(
  db: ClientBase,
  leadId: string,
): Promise<{ action: string; owner: string | null; reason: string; cause: string | null }[]> {
  const rows = await allRows<{
    action: string;
    owner: string | null;
    reason: string;
    cause: string | null;
    is_effective: boolean;
  }>(
    db,
    `select decisions.action, actors.slug as owner, decisions.reason, decisions.inputs ->> 'cause' as cause,
            decisions.superseded_by_id is null as is_effective
       from app_public.decisions left join app_public.actors on actors.id = decisions.owner_id
      where decisions.lead_id = $1 order by decisions.id`,
    [leadId],
  );
  const effective = rows.filter(({ is_effective }) => is_effective);
  if (effective.length !== 1 || rows.at(-1)?.is_effective !== true) {
    throw new Error(`Not one effective decision, the last: ${JSON.stringify(rows)}`);
  }
  return rows.map(({ action, owner, reason, cause }) => ({ action, owner, reason, cause }));
}

/** One sweep of this kind as the worker; answers how many leads moved. */
export async function sweep(
  db: ClientBase,
  kind: "pass_on_expired" | "assign_unassigned",
  secondsLater = 0,
): Promise<number> {
  const row = await asWorker(db, () =>
    oneRow<{ moved: number }>(
      db,
      `select app_private.${kind}(now() + make_interval(secs => $1), 100) as moved`,
      [secondsLater],
    ),
  );
  return row.moved;
}
