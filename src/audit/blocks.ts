import { createHash } from "node:crypto";
import type { ClientBase } from "pg";
import type { Place } from "./entries.ts";

/** A sealed block; hashes are hexadecimal. */
export type Block = {
  number: number;
  /** Entries with a later id alone: zeros, or where the order began anew after a restore from a dump. */
  entriesAfter: string;
  last: Place;
  entryIds: string[];
  entryHashes: string[];
  previousHash: string;
  hash: string;
  /** What its own facts and the hashes of its entries come to. */
  computedHash: string;
};

type Row = {
  number: number;
  last_transaction: number;
  entries_after: string;
  entry_ids: string[];
  entry_hashes: Buffer;
  previous_hash: string;
  hash: string;
  head: string;
};

/** The next blocks: a few with many entries, or many with few. Empty behind the last. */
export async function blocksAfter(client: ClientBase, number: number): Promise<Block[]> {
  const { rows } = await client.query<Row>(BLOCKS, [number, BATCH_BLOCKS, BATCH_ENTRIES]);
  return rows.map((row) => ({
    number: row.number,
    entriesAfter: row.entries_after,
    last: { transaction: row.last_transaction, id: row.entry_ids.at(-1) ?? "" },
    entryIds: row.entry_ids,
    entryHashes: row.entry_hashes.toString("hex").match(/.{64}/g) ?? [],
    previousHash: row.previous_hash,
    hash: row.hash,
    computedHash: createHash("sha256").update(row.head).update(row.entry_hashes).digest("hex"),
  }));
}

/** Sums and ends of the chain. */
export async function chainOf(
  client: ClientBase,
): Promise<{ blocks: number; last: number; entries: number }> {
  const { rows } = await client.query<{ blocks: number; last: number; entries: number }>(
    `select count(*)::int as blocks, coalesce(max(audit_blocks.number), 0)::int as last, coalesce(sum(audit_blocks.entry_count), 0)::float8 as entries
       from app_private.audit_blocks`,
  );
  return rows[0] ?? { blocks: 0, last: 0, entries: 0 };
}

/** Where orders begin, one after the other: an id of zeros, and one more for each restore from a dump. */
export async function eras(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ entries_after: string }>(
    "select distinct audit_blocks.entries_after from app_private.audit_blocks order by 1",
  );
  return rows.map(({ entries_after }) => entries_after);
}

/** The number of the block that has this hash. */
export async function blockOfHash(client: ClientBase, hash: string): Promise<number | null> {
  const { rows } = await client.query<{ number: number }>(
    "select audit_blocks.number::int as number from app_private.audit_blocks where audit_blocks.hash = decode($1, 'hex')",
    [hash],
  );
  return rows[0]?.number ?? null;
}

export async function isSealed(client: ClientBase, entryId: string): Promise<boolean> {
  const { rows } = await client.query(
    "select from app_private.audit_blocks where $1 = any (audit_blocks.entry_ids) limit 1",
    [entryId],
  );
  return rows.length > 0;
}

/** `head` is what app_private.audit_block_hash puts before the hashes of the entries. */
const BLOCKS = `
  select batch.number::int as number, batch.last_transaction::float8 as last_transaction, batch.entries_after, batch.entry_ids, batch.entry_hashes,
         encode(batch.previous_hash, 'hex') as previous_hash, encode(batch.hash, 'hex') as hash,
         jsonb_build_array(batch.number, extract(epoch from batch.sealed_at), batch.last_transaction, batch.entries_after,
           to_jsonb(batch.entry_ids), encode(batch.previous_hash, 'hex'))::text as head
    from (select blocks.*, sum(blocks.entry_count) over (order by blocks.number) - blocks.entry_count as before
            from (select * from app_private.audit_blocks where audit_blocks.number > $1 order by audit_blocks.number limit $2) as blocks) as batch
   where batch.before < $3
   order by batch.number`;

const BATCH_BLOCKS = 200;
const BATCH_ENTRIES = 20_000;
