import type { Task } from "graphile-worker";

/** Counts what arrivals are compared with: among more people, more must agree. */
const countRecords: Task = async (_payload, { query }) => {
  await query("select app_private.refresh_match_statistics(now())");
};

export default countRecords;
