import type { Pool } from "pg";
import { loadDoors } from "../../capture/doors.ts";
import { makeStager } from "../../capture/stage.ts";
import { newTraceId } from "../../capture/trace.ts";
import { makeDrain } from "../../pipeline/drain.ts";
import { makePool } from "../../postgres/pools.ts";
import type { RoleUrls } from "../../postgres/role_urls.ts";
import { note } from "../output.ts";
import type { LabeledRecord } from "./records.ts";
import { PATH } from "./scratch_organization.ts";

export type Resolved = {
  /** Of each record in its order; one that was refused stands alone. */
  leads: string[];
  refused: number;
  doubtful: number;
  seconds: number;
  /** False: it was stopped, and the rest says nothing. */
  isWhole: boolean;
};

/** Takes records through the door's own storing and the worker's own stages, in their order, so many at once. */
export async function resolveRecords(
  urls: Pick<RoleUrls, "api" | "worker">,
  records: readonly LabeledRecord[],
  options: { batchSize: number; isStopped: () => boolean; onDone: (count: number) => void },
): Promise<Resolved> {
  const pools = [urls.api, urls.worker].map((url) => makePool(url, { max: 1, applicationName: "evaluate" }));
  const [api, worker] = pools;
  try {
    if (api === undefined || worker === undefined) throw new Error("There are two pools.");
    const startedAt = performance.now();
    const captureIds = await stageRecords(api, records);
    const isWhole = await drainAll(worker, options);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { ...(await readLeads(worker, captureIds)), seconds, isWhole };
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

async function stageRecords(api: Pool, records: readonly LabeledRecord[]): Promise<string[]> {
  const door = (await loadDoors(api)).find(({ slug }) => slug === PATH);
  if (door === undefined) throw new Error(`There is no path ${PATH}.`);
  const { stage, close } = makeStager(api);
  const captureIds: string[] = [];
  for (let from = 0; from < records.length; from += STAGED_AT_ONCE) {
    const receipts = records.slice(from, from + STAGED_AT_ONCE).map(({ place, row }) =>
      stage({
        pathId: door.pathId,
        idempotencyKey: null,
        body: Buffer.from(JSON.stringify({ record: place, row })),
        contentType: "application/json",
        traceId: newTraceId(),
        isTest: false,
      }),
    );
    for (const { captureId } of await Promise.all(receipts)) captureIds.push(captureId);
  }
  await close();
  return captureIds;
}

const STAGED_AT_ONCE = 5_000;

async function drainAll(
  pool: Pool,
  { batchSize, isStopped, onDone }: Parameters<typeof resolveRecords>[2],
): Promise<boolean> {
  const drain = makeDrain({ pool, log: note, batchSize });
  for (let done = 0; ; ) {
    if (isStopped()) return false;
    const count = await drain.batch();
    if (count === 0) return true;
    done += count;
    onDone(done);
  }
}

/** Where the records are now: a lead that was merged meanwhile is the one it was merged into. */
async function readLeads(pool: Pool, captureIds: readonly string[]) {
  const { rows } = await pool.query<{ id: string; lead: string | null }>(
    `with recursive survivors as (
       select leads.id, leads.id as lead_id from app_public.leads where leads.merged_into_id is null
       union all
       select leads.id, survivors.lead_id from survivors join app_public.leads on leads.merged_into_id = survivors.id
     )
     select captures.id, survivors.lead_id as lead
       from app_public.captures left join survivors on survivors.id = captures.lead_id`,
  );
  const { rows: cases } = await pool.query<{ open: number }>(
    `select count(*)::int as open from app_public.exceptions
      where exceptions.kind = 'possible_duplicate' and exceptions.resolved_at is null`,
  );
  const leads = new Map(rows.map(({ id, lead }) => [id, lead]));
  return {
    leads: captureIds.map((id) => leads.get(id) ?? `refused ${id}`),
    refused: captureIds.filter((id) => (leads.get(id) ?? null) === null).length,
    doubtful: cases[0]?.open ?? 0,
  };
}
