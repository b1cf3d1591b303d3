import type { Task } from "graphile-worker";

/**
 * Counts what arrivals are compared with: among more people, more must agree. And asks people what batches that ended
 * in the same moment left to each other.
 */
const countRecords: Task = async (_payload, { query }) => {
  await query("select app_private.refresh_match_statistics(now())");
  await query(
    `select app_private.ask_people(array(
       select match_statistics.boundary_id from app_private.match_statistics order by 1), now())`,
  );
};

export default countRecords;
