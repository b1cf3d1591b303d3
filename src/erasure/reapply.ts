import type { Pool } from "pg";
import type { LedgerEntry } from "./ledger_file.ts";

/** Forgets again, line by line, what a restore brought back; answers how many lines had something to do. */
export async function reapplyLedger(
  pool: Pool,
  entries: readonly LedgerEntry[],
  onEntry: () => void,
): Promise<number> {
  let reapplied = 0;
  for (const entry of entries) {
    const { rows } = await pool.query<{ done: boolean }>(
      "select app_private.reapply_erasure($1, $2, $3, $4, $5, $6, now()) as done",
      [entry.id, entry.leadId, entry.leadIds, entry.captureIds, entry.cause, entry.erasedAt],
    );
    if (rows[0]?.done === true) reapplied += 1;
    onEntry();
  }
  return reapplied;
}
