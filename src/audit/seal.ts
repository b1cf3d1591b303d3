import type { Pool } from "pg";
import { inTransaction } from "../postgres/pools.ts";
import { addCheckpoint, lastHead } from "./checkpoints.ts";
import type { AuditKeys } from "./keys.ts";

/** Seals what can be sealed and signs the new head; answers how many entries it sealed. */
export type SealAudit = () => Promise<number>;

/**
 * `pool`: of the worker's login. Rejects when the last head that was signed is not in the chain any more: somebody changed
 * it, or the database was restored from before; nothing new is signed over that.
 */
export function makeSealAudit(pool: Pool, file: string, keys: AuditKeys): SealAudit {
  return async () => {
    let sealed = 0;
    for (let last = BLOCK_SIZE; last === BLOCK_SIZE; sealed += last) {
      const { rows } = await pool.query<{ sealed: number }>("select app_private.seal_audit($1) as sealed", [
        BLOCK_SIZE,
      ]);
      last = rows[0]?.sealed ?? 0;
    }
    await inTransaction(pool, async (client) => {
      await client.query("select app_private.take_turn('sign_audit')"); // one line a head
      const { rows } = await client.query<Head>(HEAD);
      const [head] = rows;
      const signed = await lastHead(file, keys.publicKey);
      if (signed !== null && !(await isInChain(client, signed))) {
        throw new Error(
          `Block ${signed.block} is not the one that was signed: see \`catchment audit verify\`.`,
        );
      }
      if (head === undefined || signed?.block === head.block) return;
      await addCheckpoint(file, keys, { kind: "head", ...head, at: new Date().toISOString() });
    });
    return sealed;
  };
}

type Head = { block: number; hash: string };

const HEAD = `
  select audit_blocks.number::int as block, encode(audit_blocks.hash, 'hex') as hash
    from app_private.audit_blocks order by audit_blocks.number desc limit 1`;

type Asks = { query: Pool["query"] };

async function isInChain(client: Asks, { block, hash }: Head): Promise<boolean> {
  const { rows } = await client.query(
    "select from app_private.audit_blocks where audit_blocks.number = $1 and audit_blocks.hash = decode($2, 'hex')",
    [block, hash],
  );
  return rows.length > 0;
}

/** Entries of one block, sealed in one transaction. */
const BLOCK_SIZE = 5_000;
