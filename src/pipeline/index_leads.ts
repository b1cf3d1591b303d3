import type { Pool } from "pg";
import type { Attributes } from "../normalize/attributes.ts";
import { inTransaction } from "../postgres/pools.ts";
import { patiently } from "./release.ts";
import { withMatch } from "./with_match.ts";

export type Indexed = {
  /** Leads that were looked at, also those that had everything. */
  looked: number;
  /** Of these, what became findable by likeness. */
  indexed: number;
};

/**
 * Keeps for comparison what leads said that came before that was done. Chunk by chunk, each in its own transaction: cut short, the next
 * run goes on, and the run after the last changes nothing. What `onChunk` throws ends it between two chunks.
 */
export async function indexLeads(pool: Pool, onChunk: (chunk: Indexed) => void): Promise<void> {
  for (
    let chunk = await nextChunk(pool, null);
    chunk !== undefined;
    chunk = await nextChunk(pool, chunk.last_id)
  )
    onChunk({ looked: chunk.leads, indexed: await keep(pool, chunk.touches) });
}

type Touch = { id: string; attributes: Partial<Attributes> };
type Chunk = { last_id: string; leads: number; touches: Touch[] };

const CHUNK_SIZE = 200;

async function nextChunk(pool: Pool, after: string | null): Promise<Chunk | undefined> {
  const { rows } = await pool.query<Chunk>(
    "select last_id, leads, touches from app_private.unindexed_touches($1, $2)",
    [after, CHUNK_SIZE],
  );
  return rows[0];
}

async function keep(pool: Pool, touches: readonly Touch[]): Promise<number> {
  if (touches.length === 0) return 0;
  const read = touches.map(({ id, attributes }) =>
    withMatch({ id, attributes: { identities: [], typed: {}, ...attributes } }),
  );
  return patiently(() =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ indexed: number }>(
        "select app_private.index_touches($1) as indexed",
        [JSON.stringify(read)],
      );
      return rows[0]?.indexed ?? 0;
    }),
  );
}
