import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { someone, stageArrivals } from "../support/arrivals.ts";
import { allValues } from "../support/rows.ts";
import { type Site, test } from "./site.ts";

const LEADS = 1_000;
const KILLS = 3;

test("a worker that is killed in the middle of routing 1,000 leads leaves none without an owner or with two", {
  timeout: 240_000,
}, async ({ site }) => {
  await withConnection(site.urls.worker, (worker) =>
    stageArrivals(
      worker,
      Array.from({ length: LEADS }, () => ({ attributes: someone() })),
    ),
  );
  let hits = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const worker = await site.startWorker();
    if (await isRouting(site)) hits += 1;
    await worker.kill();
    // Whatever it had in hand is undone as a whole: what is there is there once.
    await site.ask(async (db) => expect(await allValues(db, BROKEN)).toEqual([]));
  }
  expect(hits).toBeGreaterThan(0);
  await site.startWorker();
  for (let pending = LEADS; pending > 0; await pause(100)) {
    pending = await site.count("select count(*)::int from app_public.captures where status = 'pending'");
  }
  expect(await site.count("select count(*)::int from app_public.leads where owner_id is not null")).toBe(
    LEADS,
  );
  await site.ask(async (db) => expect(await allValues(db, BROKEN)).toEqual([]));
  // As fair as if nothing had happened: nobody of the pool (one of whom takes 30 at most) is a lead away from the others.
  const shares = await site.ask((db) =>
    allValues<number>(
      db,
      `select count(*)::int as value from app_public.leads join app_public.actors on actors.id = leads.owner_id
        where actors.slug <> 'dieter' group by actors.id order by 1`,
    ),
  );
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
});

/** Resolves as soon as a batch is under way; false when everything was done before it could be seen. */
async function isRouting(site: Site): Promise<boolean> {
  return site.ask(async (db) => {
    for (;;) {
      const { rows } = await db.query<{ isRouting: boolean; isDone: boolean }>(
        `select exists (select from pg_stat_activity where datname = current_database() and state = 'active'
                           and pid <> pg_backend_pid() and query like '%process_captures%') as "isRouting",
                not exists (select from app_public.captures where status = 'pending') as "isDone"`,
      );
      if (rows[0]?.isRouting) return true;
      if (rows[0]?.isDone) return false;
    }
  });
}

/** Leads that have an owner by anything but one running assignment and one decision that says the same. */
const BROKEN = `
  select leads.id::text as value
    from app_public.leads
   cross join lateral (
     select count(*) as running, max(assignments.owner_id) as owner_id from app_public.assignments
      where assignments.lead_id = leads.id and assignments.ended_at is null) as assigned
   cross join lateral (
     select count(*) as effective, max(decisions.owner_id) as owner_id from app_public.decisions
      where decisions.lead_id = leads.id and decisions.kind = 'route' and decisions.superseded_by_id is null) as decided
   where leads.owner_id is not null and (assigned.running <> 1 or decided.effective <> 1)
      or leads.owner_id is distinct from assigned.owner_id or leads.owner_id is distinct from decided.owner_id`;
