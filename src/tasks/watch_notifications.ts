import type { Task } from "graphile-worker";

/** Opens cases for leads that their owners never heard of, and gives up what was tried often enough. */
const watchNotifications: Task = async (_payload, { query }) => {
  await query("select app_private.report_handovers(now())");
};

export default watchNotifications;
