import type { Task } from "graphile-worker";
import type { SealAudit } from "../audit/seal.ts";

/** Seals the audit's new entries and signs the head of their chain. Does nothing when there are none. */
export function makeSealAuditTask(seal: SealAudit): Task {
  return async () => {
    await seal();
  };
}
