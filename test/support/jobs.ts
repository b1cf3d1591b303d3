import type { ClientBase } from "pg";
import { allRows } from "./rows.ts";

export type Job = { task: string; key: string | null; run_at: Date };

/** Every job there is, by task. */
export function jobs(db: ClientBase): Promise<Job[]> {
  return allRows<Job>(
    db,
    "select task_identifier as task, key, run_at from graphile_worker.jobs order by task_identifier, id",
  );
}
