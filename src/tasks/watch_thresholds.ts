import type { Task } from "graphile-worker";

/** Tells operations of thresholds that nobody fires, and closes what has passed. Does nothing when none is overdue. */
const watchThresholds: Task = async (_payload, { query }) => {
  await query("select app_private.report_overdue_thresholds(now())");
};

export default watchThresholds;
