import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import { expect } from "vitest";
import type { Chance } from "./chance.ts";
import { lostOrDoubled, unfinished } from "./invariants.ts";
import { type Load, startLoad } from "./load.ts";
import type { Program } from "./program.ts";
import type { Site } from "./site.ts";

export type Scenario = (site: Site, chance: Chance, times: number) => Promise<void>;

/** The API dies at any moment and is started again, while clients repeat what was not answered. */
export const apiKilled: Scenario = async (site, chance, times) => {
  let api = await site.startApi();
  const load = startLoad({ url: site.url, chance, senders: times > 10 ? 4 : 12 });
  for (let kill = 0; kill < times; kill += 1) {
    await moreAnswers(load);
    await pause(chance.below(300));
    await api.kill();
    expect(await site.ask((db) => lostOrDoubled(db, load))).toEqual([]);
    api = await site.startApi();
  }
  await moreAnswers(load);
  await load.finish();
  await site.startWorker();
  await allIsWell(site, load);
};

/** The server dies and comes back; API and worker find it again by themselves. */
export const postgresKilled: Scenario = async (site, chance, times) => {
  const programs = [await site.startApi(), await site.startWorker()];
  const load = startLoad({ url: site.url, chance, senders: times > 10 ? 4 : 12 });
  for (let kill = 0; kill < times; kill += 1) {
    await moreAnswers(load);
    await pause(chance.below(500));
    await site.server.kill9();
    const before = load.sentAway();
    await expect.poll(load.sentAway, PATIENCE).toBeGreaterThan(before);
    await pause(chance.below(1_000));
    await restart(site);
    const answered = load.answered.size;
    await expect.poll(() => load.answered.size, RECOVERY).toBeGreaterThan(answered);
  }
  await load.finish();
  await allIsWell(site, load);
  stillAlive(programs);
};

/** Workers die at any moment; the next one takes over what they held. */
export const workerKilled: Scenario = async (site, chance, times) => {
  await site.startApi();
  const load = startLoad({ url: site.url, chance, senders: times > 10 ? 4 : 12 });
  for (let kill = 0; kill < times; kill += 1) {
    await moreAnswers(load);
    const before = await site.count(PROCESSED);
    const worker = await site.startWorker();
    await expect.poll(() => site.count(PROCESSED), PATIENCE).toBeGreaterThan(before);
    await pause(chance.below(300));
    await worker.kill();
  }
  await site.startWorker();
  await load.finish();
  await allIsWell(site, load);
};

/** A worker dies in the middle of a batch that is held open; one that runs beside it lets its locked jobs go. */
export const workerKilledInBatch: Scenario = async (site, chance, times) => {
  await site.startApi();
  const load = startLoad({ url: site.url, chance, senders: times > 10 ? 4 : 12 });
  for (let kill = 0; kill < times; kill += 1) {
    let dead: string[] = [];
    const heldByDead = () => site.ask(async (db) => (await db.query(HELD_BY, [dead])).rowCount);
    const other = await site.ask(async (db) => {
      await db.query("begin");
      await db.query("select from app_public.teams for update"); // routing waits for this
      const worker = await site.startWorker();
      await expect.poll(() => site.count(LOCKED), PATIENCE).toBeGreaterThan(0);
      const { rows } = await db.query<{ name: string }>(HOLDERS);
      dead = rows.map(({ name }) => name);
      const beside = await site.startWorker();
      await pause(chance.below(300));
      await worker.kill();
      expect(await heldByDead()).toBeGreaterThan(0);
      await db.query("rollback");
      return beside;
    });
    await expect.poll(heldByDead, PATIENCE).toBe(0);
    await other.stop();
  }
  await load.finish();
  await site.startWorker();
  await allIsWell(site, load);
};

/** Every connection of API and worker is cut at once, again and again. */
export const sessionsCut: Scenario = async (site, chance, times) => {
  const programs = [await site.startApi(), await site.startWorker()];
  const load = startLoad({ url: site.url, chance, senders: times > 10 ? 4 : 12 });
  for (let cut = 0; cut < times; cut += 1) {
    await moreAnswers(load);
    await pause(chance.below(500));
    const sessions = await site.count(CUT_SESSIONS);
    expect(sessions).toBeGreaterThan(0);
  }
  await moreAnswers(load);
  await load.finish();
  await allIsWell(site, load);
  stillAlive(programs);
};

/** Workers are stopped and started under load, as by a series of deployments. */
export const workerRedeployed: Scenario = async (site, chance, times) => {
  await site.startApi();
  const load = startLoad({ url: site.url, chance, senders: times > 10 ? 4 : 12 });
  for (let stop = 0; stop < times; stop += 1) {
    const worker = await site.startWorker();
    await pause(chance.below(2_000));

    expect([await worker.stop(), worker.said()]).toEqual([0, ""]);

    expect(await site.count(LOCKED)).toBe(0);
  }
  await load.finish();
  await site.startWorker();
  await allIsWell(site, load);
};

/** All thresholds of many clocks came due while nobody watched; then several workers start at once. */
export const thresholdsDue: Scenario = async (site, chance, times) => {
  await site.startApi();
  const load = startLoad({ url: site.url, chance, senders: times > 10 ? 4 : 12 });
  await expect.poll(() => load.answered.size, PATIENCE).toBeGreaterThan(100);
  await load.finish();
  const first = await site.startWorker();
  await allIsWell(site, load);
  await first.stop();
  await site.ask(yesterday);

  for (let kill = 1; kill < times; kill += 1) {
    const workers = await Promise.all([site.startWorker(), site.startWorker()]);
    await pause(chance.below(200));
    await Promise.all(workers.map((worker) => worker.kill()));
  }
  await Promise.all([site.startWorker(), site.startWorker()]);
  await expect.poll(() => site.count(ESCALATIONS), PATIENCE).toBe(3 * load.attempted.size);
  await expect.poll(() => site.count(DUE), PATIENCE).toBe(0);
  await allIsWell(site, load);
  expect(await site.count(ESCALATIONS)).toBe(3 * load.attempted.size);
};

/** The end of every scenario: everything answered is processed once, by itself, and nothing stays behind. */
async function allIsWell(site: Site, load: Load): Promise<void> {
  await expect.poll(() => site.count(PENDING), PATIENCE).toBe(0);
  await expect.poll(() => site.count(LOCKED), PATIENCE).toBe(0);
  expect(await site.ask((db) => unfinished(db, load))).toEqual([]);
}

/** How soon the work of a dead worker must be taken over, and what else must happen by itself. */
const PATIENCE = { timeout: 60_000, interval: 50 };

/** How soon after the server is back the API must store again. */
const RECOVERY = { timeout: 10_000, interval: 20 };

async function moreAnswers(load: Load): Promise<void> {
  const before = load.answered.size;
  await expect.poll(() => load.answered.size, PATIENCE).toBeGreaterThan(before + 20);
}

/** A client that asks the dead port may be sitting on it for a moment, connected to itself. */
async function restart(site: Site, trial = 1): Promise<void> {
  try {
    await site.server.restart();
  } catch (error) {
    if (trial === 5) throw error;
    await restart(site, trial + 1);
  }
}

function stillAlive(programs: readonly Program[]): void {
  expect(programs.map((program) => program.isAlive() || program.said())).toEqual(programs.map(() => true));
}

/** As if everything had come a day earlier. */
async function yesterday(db: Client): Promise<void> {
  const earlier = (column: string) => `${column} = ${column} - interval '1 day'`;
  const shifted = (...columns: string[]) => columns.map(earlier).join(", ");
  await db.query("begin");
  await db.query(
    `update app_public.clocks set ${shifted("started_at", "running_since", "segment_started_at", "warn_at", "due_at", "overdue_at", "next_at")}`,
  );
  await db.query(
    `update app_public.leads set ${shifted("sla_started_at", "sla_warn_at", "sla_due_at", "sla_overdue_at")}`,
  );
  await db.query("commit");
}

const PENDING = "select count(*)::int from app_public.captures where status = 'pending'";
const PROCESSED = "select count(*)::int from app_public.captures where status = 'processed'";
const ESCALATIONS = "select count(*)::int from app_public.escalations";
const DUE = "select count(*)::int from app_public.clocks where next_at <= now()";
const LOCKED = "select count(*)::int from graphile_worker._private_jobs where locked_by is not null";
const HOLDERS =
  "select distinct locked_by as name from graphile_worker._private_jobs where locked_by is not null";
const HELD_BY = "select from graphile_worker._private_jobs where locked_by = any ($1)";
const CUT_SESSIONS = `select count(pg_terminate_backend(pid))::int from pg_stat_activity
  where datname = current_database() and usename in ('catchment_api', 'catchment_worker')`;
