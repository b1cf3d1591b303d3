import type { Task } from "graphile-worker";

/** Tells operations of doors whose arrivals wait too long, and closes what has passed. Does nothing when none waits. */
const watchCaptures: Task = async (_payload, { query }) => {
  await query("select app_private.report_unprocessed(now())");
};

export default watchCaptures;
