import type { ClientBase } from "pg";
import { asWorker, receiveOne, someone } from "./arrivals.ts";
import { allRows, oneValue } from "./rows.ts";

export const DAY = 86_400;

/** A German lead of this owner with which nothing happened for so many seconds. Answers its id. */
export async function idleLead(db: ClientBase, owner: string, seconds: number): Promise<string> {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query(
    `update app_public.leads set last_activity_at = now() - make_interval(secs => $2),
            owner_id = (select id from app_public.actors where slug = $3) where id = $1`,
    [leadId, seconds, owner],
  );
  return leadId;
}

/** One sweep for leads that stagnate, so many seconds later. Answers how many it found. */
export function sweepStagnant(db: ClientBase, seconds = 0): Promise<number> {
  return asWorker(db, () =>
    oneValue<number>(
      db,
      "select app_private.sweep_stagnant(now() + make_interval(secs => $1), 100) as value",
      [seconds],
    ),
  );
}

/** Every follow-up, in order. */
export function tasks(db: ClientBase) {
  return allRows<{ id: string; owner: string | null; title: string; outcome: string | null; due: number }>(
    db,
    `select tasks.id, actors.slug as owner, title, outcome, extract(epoch from due_at - now())::int as due
       from app_public.tasks left join app_public.actors on actors.id = tasks.owner_id order by tasks.id`,
  );
}
