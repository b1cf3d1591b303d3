import type { Pool, PoolClient } from "pg";
import { type Differences, makeDifferences, type Rehearsed } from "./differences.ts";
import { type Judged, type Judges, judgeAll } from "./judges.ts";
import { CHUNK_SIZE, readOnly, rest } from "./read_only.ts";
import { type Filter, selectChunk } from "./selection.ts";

export type Rehearsal = {
  filter: Filter;
  judges: Judges;
  /** Of the territory and scoring rules; null: the one in force. */
  revision: number | null;
  chunkSize?: number;
  onChunk?: (captures: number) => void;
};

/**
 * Decides past captures under other contracts or rules and tells the differences to what was decided of them then.
 * Calls deciding functions only, in short read-only transactions that lock no row, and works at most a tenth of the time,
 * so that what arrives meanwhile does not wait. Statements that take too long end it with an error of the database.
 */
export async function rehearse(pool: Pool, rehearsal: Rehearsal): Promise<Differences> {
  const { filter, chunkSize = CHUNK_SIZE, onChunk = () => {} } = rehearsal;
  const differences = makeDifferences();
  const dealt = new Map<number, number>();
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for (let after: string | null = null; left > 0; ) {
    const size = Math.min(chunkSize, left);
    const startedAt = performance.now();
    const chunk: Chunk = await readOnly(pool, (client) => decideChunk(client, rehearsal, after, size, dealt));
    if (chunk.last === null) break;
    for (const { capture, judgement } of chunk.judged) {
      const found = chunk.rehearsed.get(capture.id);
      if (found === undefined) differences.addSettled();
      else differences.add(capture, found, "violations" in judgement ? judgement : undefined);
    }
    for (const { dealt_to } of chunk.rehearsed.values()) {
      if (dealt_to !== null) dealt.set(dealt_to, (dealt.get(dealt_to) ?? 0) + 1);
    }
    after = chunk.last;
    left -= chunk.judged.length;
    onChunk(chunk.judged.length);
    await rest(startedAt);
  }
  return differences.result();
}

type Chunk = { judged: Judged[]; rehearsed: Map<string, Rehearsed>; last: string | null };

async function decideChunk(
  client: PoolClient,
  { filter, judges, revision }: Rehearsal,
  after: string | null,
  size: number,
  dealt: ReadonlyMap<number, number>,
): Promise<Chunk> {
  const { captures, last } = await selectChunk(client, { filter, scope: "judged", after, size });
  const judged = judgeAll(captures, judges);
  const leads = judged.filter(({ capture, judgement }) => isLead(capture.lead_id, judgement));
  const { rows } = await client.query<Rehearsed>({
    name: "rehearse_captures", // planning costs as much as a small chunk
    text: "select * from app_private.rehearse_captures($1, coalesce($2, app_private.current_revision()), now(), $3)",
    values: [JSON.stringify(leads.map(asDecided)), revision, JSON.stringify(Object.fromEntries(dealt))],
  });
  return { judged, rehearsed: new Map(rows.map((row) => [row.capture_id, row])), last };
}

/** What is settled now and had no lead then is none of a rehearsal's business. */
function isLead(leadId: string | null, judgement: Judged["judgement"]): boolean {
  return leadId !== null || !("settle" in judgement);
}

function asDecided({ capture, judge: { contract }, judgement }: Judged) {
  return {
    id: capture.id,
    attributes: "attributes" in judgement ? judgement.attributes : null,
    fallback: contract.fallback_territory,
    team: contract.routing?.team ?? null,
    rules: contract.territory_rules ?? [],
  };
}
