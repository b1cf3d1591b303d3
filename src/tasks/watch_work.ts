import type { Task } from "graphile-worker";

/** Tells operations of messages that nobody sends and of workers that die, and closes what has passed. */
const watchWork: Task = async (_payload, { query }) => {
  await query("select app_private.report_unsent(now())");
  await query("select app_private.report_lost_workers(now())");
};

export default watchWork;
