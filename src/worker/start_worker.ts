import { setTimeout as pause } from "node:timers/promises";
import { parseCronItems, type TaskList } from "graphile-worker";
import type { Pool } from "pg";
import { auditKeys } from "../audit/keys.ts";
import { makeSealAudit, type SealAudit } from "../audit/seal.ts";
import { type Fetching, makeFetching } from "../capture/fetching.ts";
import { loadSealedSecrets, makePathSecrets } from "../capture/path_secrets.ts";
import { makeRecordErasures, type RecordErasures } from "../erasure/record.ts";
import type { Dispatch } from "../notify/dispatch.ts";
import type { NotifySettings } from "../notify/settings.ts";
import { type Drain, makeDrain } from "../pipeline/drain.ts";
import { makeRevalidate, type Revalidate } from "../pipeline/revalidate.ts";
import { makePool } from "../postgres/pools.ts";
import applyRetention from "../tasks/apply_retention.ts";
import countRecords from "../tasks/count_records.ts";
import { makeDrainCaptures } from "../tasks/drain_captures.ts";
import extendCalendars from "../tasks/extend_calendars.ts";
import { makeFetchLeads } from "../tasks/fetch_leads.ts";
import fireThresholds from "../tasks/fire_thresholds.ts";
import followUp from "../tasks/follow_up.ts";
import makePartitions from "../tasks/make_partitions.ts";
import { makeNotify } from "../tasks/notify.ts";
import realignLeads from "../tasks/realign_leads.ts";
import rearmClocks from "../tasks/rearm_clocks.ts";
import { makeRecordErasuresTask } from "../tasks/record_erasures.ts";
import { makeRevalidateCaptures } from "../tasks/revalidate_captures.ts";
import routeQueue from "../tasks/route_queue.ts";
import { makeSealAuditTask } from "../tasks/seal_audit.ts";
import shadowRoutes from "../tasks/shadow_routes.ts";
import watchCaptures from "../tasks/watch_captures.ts";
import watchNotifications from "../tasks/watch_notifications.ts";
import watchThresholds from "../tasks/watch_thresholds.ts";
import watchWork from "../tasks/watch_work.ts";
import { makeMessenger } from "./messenger.ts";
import { type Shift, startShift } from "./shift.ts";
import { SWEEPS } from "./sweeps.ts";

export type Worker = { stop(): Promise<void> };

export type WorkerLog = {
  line: (line: string) => void;
  notification: (fields: object, message: string) => void;
};

export type WorkerOptions = {
  url: string;
  log: WorkerLog;
  /** Secrets of paths, for vendors that must be asked. Without them such arrivals wait, and people hear of it. */
  pathSecret?: (slug: string) => string | undefined;
  /** The installation's key, which opens stored secrets. */
  key?: string;
  /** Where a path's vendor answers, when not at its own address. */
  vendorUrl?: (slug: string) => string | undefined;
  /** The file outside the database that outlives a restore. Without it erasures wait for a process that has one. */
  erasureLedger?: string;
  /** Where the heads of the audit's chain are signed, and what the key follows from. Without it another process seals. */
  audit?: { checkpoints: string; key: string };
  /** By what people are reached beside the log. */
  notify?: NotifySettings;
};

/**
 * Runs the tasks until stopped: jobs as triggers ask for them, sweeps for what a lost job left, and an alarm
 * for workers that died. Any number of processes may run beside each other. When the database goes away it
 * begins again once it is back.
 */
export async function startWorker({ url, log, ...ways }: WorkerOptions): Promise<Worker> {
  // Jobs, the workers' own connections, and the drain's watch.
  const pool = makePool(url, { max: JOBS + 3, applicationName: "catchment-worker", log: log.line });
  // Two batches, always on the same connections: the first lead on a new one waits for some 150 statements to be planned.
  const batches = makePool(url, { max: 2, applicationName: "catchment drain", isKept: true, log: log.line });
  const drain = makeDrain({ pool: batches, watchPool: pool, log: log.line });
  const { pathSecret = unknown, vendorUrl = unknown } = ways;
  const secrets = makePathSecrets({
    fromEnvironment: pathSecret,
    key: ways.key,
    load: () => loadSealedSecrets(pool),
    onFailure: () => log.line("worker: the stored secrets were not read"),
  });
  const fetching = makeFetching({ pathSecret: secrets.find, vendorUrl, log: log.line });
  const informed: Fetching = {
    ...fetching,
    ask: async (captures, record) => {
      await secrets.refresh();
      await fetching.ask(captures, record);
    },
  };
  const record: RecordErasures =
    ways.erasureLedger === undefined ? async () => 0 : makeRecordErasures(pool, ways.erasureLedger);
  const { audit } = ways;
  const seal: SealAudit =
    audit === undefined ? async () => 0 : makeSealAudit(pool, audit.checkpoints, auditKeys(audit.key));
  const { notify: settings = { publicUrl: null, mail: null, networks: [] } } = ways;
  const messenger = makeMessenger({ pool, settings, secret: pathSecret, key: ways.key, log });
  const taskList = tasks(drain, informed, makeRevalidate(pool), { record, seal }, messenger);
  const sweeps = parseCronItems(SWEEPS);
  const begin = async (): Promise<Shift> => {
    const shift = await startShift({ pool, url, concurrency: JOBS, taskList, sweeps, log: log.line });
    try {
      await reap(pool);
      await pool.query("select app_private.make_partitions(now(), 6)"); // without them every capture is refused
      await pool.query("select app_private.wake($1)", ["drain_captures"]);
      await pool.query("select app_private.arm_fire_thresholds()");
      return shift;
    } catch (error) {
      await shift.stop();
      throw error;
    }
  };

  let isStopping = false;
  let shift = await begin();
  const keepOn = async () => {
    for (;;) {
      await shift.ended;
      await shift.stop();
      if (isStopping) return;
      log.line("worker: it ended by itself and begins again");
      await pause(1_000);
      shift = await begin().catch(() => shift); // has ended still
      if (isStopping) await shift.stop();
    }
  };
  const working = keepOn();
  const reaper = setInterval(() => void reap(pool), 10_000);
  return {
    async stop() {
      isStopping = true;
      drain.stop(); // under load it would go on for as long as captures come
      fetching.stop(); // a silent vendor would hold up the stop
      messenger.stop();
      clearInterval(reaper);
      await shift.stop();
      await working;
      await Promise.all([pool.end(), batches.end()]);
    },
  };
}

/** One drains under load, one asks vendors that may be slow, one sends and sweeps. More mostly ask the queue in vain. */
const JOBS = 3;
/** Under load messages are sent five times a second, not after each batch. */
const GATHER_MS = 200;

function unknown(): undefined {
  return undefined;
}

function tasks(
  drain: Drain,
  fetching: Fetching,
  revalidate: Revalidate,
  files: { record: RecordErasures; seal: SealAudit },
  messenger: Dispatch,
): TaskList {
  return {
    apply_retention: applyRetention,
    count_records: countRecords,
    drain_captures: makeDrainCaptures(drain),
    extend_calendars: extendCalendars,
    fetch_leads: makeFetchLeads(fetching),
    fire_thresholds: fireThresholds,
    follow_up: followUp,
    notify: makeNotify(messenger, () => pause(GATHER_MS)),
    realign_leads: realignLeads,
    rearm_clocks: rearmClocks,
    record_erasures: makeRecordErasuresTask(files.record),
    revalidate_captures: makeRevalidateCaptures(revalidate),
    route_queue: routeQueue,
    seal_audit: makeSealAuditTask(files.seal),
    shadow_routes: shadowRoutes,
    make_partitions: makePartitions,
    watch_captures: watchCaptures,
    watch_work: watchWork,
    watch_notifications: watchNotifications,
    watch_thresholds: watchThresholds,
  };
}

async function reap(pool: Pool): Promise<void> {
  await pool.query("select app_private.release_dead_workers()").catch(() => {}); // the next one, in ten seconds
}
