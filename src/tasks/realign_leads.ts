import type { Task } from "graphile-worker";

/** Moves the leads of every realignment whose instant has come. Does nothing when there is none. */
const realignLeads: Task = async (_payload, { query }) => {
  await query("select app_private.apply_realignments(now())");
};

export default realignLeads;
