import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import { expect } from "vitest";
import type { Arrival } from "../support/arrivals.ts";
import { COLOUR, publishNext } from "../support/next_contract.ts";
import { allRows, oneRow, oneValue } from "../support/rows.ts";
import { makeSite, NONE, people } from "./rehearsal_site.ts";

/**
 * Rehearses `count` people, again and again while most of them and new ones arrive at the same place: they become what they
 * become where nobody rehearses, and the rehearsals lock and write nothing.
 */
export async function rehearseBesideArrivals(count: number): Promise<void> {
  const [site, quiet] = [await makeSite(), await makeSite()];
  const past = people(count);
  const live = [...past.slice(0, count * 0.3), ...people(count * 0.1)];
  for (const { db, arrive } of [site, quiet]) {
    await db.query("update app_public.team_members set capacity = null");
    await arrive(past);
    await publishNext(db, "web-form", { ...COLOUR, isActive: false });
  }
  const version = await oneValue<number>(
    site.db,
    "select max(version) as value from app_public.contracts join app_public.capture_paths on path_id = capture_paths.id where slug = 'web-form'",
  );

  const isOver = { arrivals: false, rehearsals: false };
  const rehearseOn = async () => {
    do {
      const result = await site.rehearse(
        { by: "version", path: "web-form", version },
        { filter: { limit: count } },
      );
      expect(result).toMatchObject({ captures: count, ...NONE });
    } while (!isOver.arrivals);
  };
  const [locks] = await Promise.all([
    watchLocks(site.db, () => isOver.rehearsals),
    rehearseOn().finally(() => {
      isOver.rehearsals = true;
    }),
    inPortions(live, count / 25, site.arrive).finally(() => {
      isOver.arrivals = true;
    }),
  ]);
  await inPortions(live, count / 25, quiet.arrive);

  expect(locks).toEqual(["relation AccessShareLock", "virtualxid ExclusiveLock"]);
  expect(await whatBecame(site.db)).toEqual(await whatBecame(quiet.db));
}

async function inPortions(
  arrivals: Arrival[],
  size: number,
  work: (some: Arrival[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < arrivals.length; from += size) await work(arrivals.slice(from, from + size));
}

/** Every kind of lock that the rehearsal's session was seen with. Throws when it was seen to write. */
async function watchLocks(db: Client, isOver: () => boolean): Promise<string[]> {
  const seen = new Set<string>();
  while (!isOver()) {
    const rows = await allRows<{ lock: string; writes: boolean }>(
      db,
      `select pg_locks.locktype || ' ' || pg_locks.mode as lock, sessions.backend_xid is not null as writes
         from pg_stat_activity as sessions join pg_locks on pg_locks.pid = sessions.pid
        where sessions.application_name = 'rehearsal' and sessions.datname = current_database()`,
    );
    if (rows.some(({ writes }) => writes)) throw new Error("The rehearsal has a transaction id: it writes.");
    for (const { lock } of rows) seen.add(lock);
    await pause(5);
  }
  return [...seen].sort();
}

/** Without ids and instants: people in order, how the work was dealt, and how much of everything there is. */
async function whatBecame(db: Client): Promise<unknown> {
  return {
    leads: await allRows(
      db,
      `select leads.email, territories.slug as territory, leads.score, count(source_events.id)::int as touches
         from app_public.leads join app_public.territories on territories.id = leads.territory_id
         join app_public.source_events on source_events.lead_id = leads.id group by 1, 2, 3 order by 1`,
    ),
    load: await allRows(db, "select owner_id, count(*)::int from app_public.leads group by 1 order by 1"),
    counts: await oneRow(
      db,
      `select (select count(*)::int from app_public.decisions) as decisions,
              (select count(*)::int from app_public.assignments) as assignments,
              (select count(*)::int from app_public.clocks) as clocks,
              (select count(*)::int from app_public.notifications) as notifications,
              (select count(*)::int from app_public.exceptions) as exceptions,
              (select count(*)::int from app_private.lead_identities) as identities,
              (select count(*)::int from app_private.audit_entries where entity <> 'contracts') as audited`,
    ),
  };
}
