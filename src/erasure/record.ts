import type { Pool } from "pg";
import { inTransaction } from "../postgres/pools.ts";
import { appendToLedger, LedgerEntry } from "./ledger_file.ts";

/** Writes what the ledger does not hold yet into it and answers how many. Rejects when they are not on disk. */
export type RecordErasures = () => Promise<number>;

/**
 * First the database, then the ledger: an erasure commits with a row of itself; the row's line is written, then the row
 * is marked. Dying between any two of these leaves an unmarked row, and the next call, of any process, writes its line
 * (a second time at worst: a line that is known changes nothing). `pool`: of the API's login or the worker's.
 */
export function makeRecordErasures(pool: Pool, file: string): RecordErasures {
  return () =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query(UNRECORDED);
      if (rows.length === 0) return 0;
      const entries = rows.map((row) => LedgerEntry.parse(row));
      await appendToLedger(file, entries);
      await client.query("select app_private.mark_erasures_recorded($1, now())", [
        entries.map(({ id }) => id),
      ]);
      return entries.length;
    });
}

const UNRECORDED = `
  select erasures.id, erasures.lead_id as "leadId", erasures.lead_ids as "leadIds", erasures.capture_ids as "captureIds",
         erasures.cause, to_char(erasures.erased_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "erasedAt"
    from app_private.unrecorded_erasures() as erasures`;
