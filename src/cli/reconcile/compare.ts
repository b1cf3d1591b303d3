import type { Pool } from "pg";
import { eventKey } from "../../capture/idempotency.ts";
import type { Exported, Source } from "../../capture/sources/source.ts";
import { stageBatch } from "../../capture/stage_batch.ts";
import { newTraceId } from "../../capture/trace.ts";
import { makeProgress } from "../progress.ts";
import type { Listed } from "./listed.ts";

export type ReconciledPath = { id: number; slug: string; protocol: string; source: Source };
export type Pools = { api: Pool; worker: Pool };

export type Reconciliation = {
  path: string;
  /** What the vendor has. */
  listed: number;
  /** Of these, what was captured before. */
  known: number;
  /** What was missing and is captured now. */
  captured: number;
  /** Keys of leads that were missing and of which nothing but the id is known. */
  missing: string[];
  /** Refused by the database. */
  failed: number;
};

/** Looks up each lead by the key of its event, and stages those that are missing, some hundred at a time. */
export async function compare(path: ReconciledPath, listed: Listed, pools: Pools): Promise<Reconciliation> {
  const result: Reconciliation = {
    path: path.slug,
    listed: 0,
    known: 0,
    captured: 0,
    missing: [],
    failed: 0,
  };
  const progress = makeProgress(listed.total);
  let done = 0;
  const onStep = (step: number) => {
    done = step;
  };
  const settle = async (batch: Keyed[]) => {
    await compareBatch(path, batch, pools, result);
    progress.update(done, `${result.listed} listed, ${result.known} known, ${result.captured} captured`);
  };
  try {
    let batch: Keyed[] = [];
    for await (const lead of listed.leads(onStep)) {
      const key = path.source.key?.(lead.event);
      if (key === undefined) continue; // it names no lead, so none can be missed
      batch.push({ ...lead, key });
      if (batch.length < BATCH) continue;
      await settle(batch);
      batch = [];
    }
    await settle(batch);
  } finally {
    progress.stop();
  }
  return result;
}

type Keyed = Exported & { key: string };

const BATCH = 200;

async function compareBatch(
  path: ReconciledPath,
  batch: readonly Keyed[],
  pools: Pools,
  result: Reconciliation,
): Promise<void> {
  // A vendor that pages while leads come may list one twice.
  const leads = [...new Map(batch.map((lead) => [eventKey(lead.key), lead])).entries()];
  const { rows } = await pools.worker.query<{ key: string }>(
    `select capture_keys.idempotency_key as key from app_private.capture_keys
      where capture_keys.path_id = $1 and capture_keys.idempotency_key = any ($2)`,
    [path.id, leads.map(([key]) => key)],
  );
  const known = new Set(rows.map(({ key }) => key));
  const missed = leads.filter(([key]) => !known.has(key));
  result.listed += leads.length;
  result.known += known.size;
  result.missing.push(...missed.filter(([, { isBare }]) => isBare).map(([, { key }]) => key));
  await capture(
    path,
    missed.filter(([, { isBare }]) => !isBare),
    pools,
    result,
  );
}

async function capture(
  { id: pathId, source }: ReconciledPath,
  missed: readonly [string, Keyed][],
  pools: Pools,
  result: Reconciliation,
): Promise<void> {
  if (missed.length === 0) return;
  const arrivals = missed.map(([idempotencyKey, { event }]) => ({
    pathId,
    idempotencyKey,
    body: event.body,
    contentType: event.contentType,
    traceId: newTraceId(),
    isTest: false,
    ...(source.keeps !== undefined && { headers: event.headers }),
  }));
  for (const receipt of await stageBatch(pools.api, arrivals, 30_000)) {
    if (receipt instanceof Error) result.failed += 1;
    else if (receipt.isNew) result.captured += 1;
    else result.known += 1; // it came by itself meanwhile
  }
}
