import { Logger, runTaskListOnce, type TaskList } from "graphile-worker";
import type { Client } from "pg";

/**
 * Does the jobs that are due, and those they ask for, on this connection and inside its transaction, as the
 * worker. An error inside a task is kept in its job, as in life; the savepoint keeps the transaction usable.
 */
export async function runJobs(db: Client, tasks: TaskList): Promise<void> {
  await db.query("set role catchment_worker");
  // New options each time: ids of tasks are remembered with them, and a rollback makes those stale.
  const options = { logger: new Logger(() => () => {}), noHandleSignals: true };
  const client = Object.assign(db, { release: () => {} });
  await runTaskListOnce(options, guarded(tasks, db), client).promise;
  await db.query("reset role");
}

function guarded(tasks: TaskList, db: Client): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (...[payload, helpers]: Parameters<NonNullable<typeof task>>) => {
        await db.query("savepoint task");
        try {
          await task?.(payload, helpers);
        } catch (error) {
          await db.query("rollback to savepoint task");
          throw error;
        }
      },
    ]),
  );
}
