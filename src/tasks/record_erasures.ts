import type { Task } from "graphile-worker";
import type { RecordErasures } from "../erasure/record.ts";

/**
 * Erases what reached a forgotten lead after all, and writes into the ledger what is not there yet: of this, and of
 * processes that died in between. Does nothing when there is nothing.
 */
export function makeRecordErasuresTask(record: RecordErasures): Task {
  return async (_payload, { query }) => {
    await query("select app_private.erase_late(now())");
    await record();
  };
}
