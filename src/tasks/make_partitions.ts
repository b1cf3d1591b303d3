import type { Task } from "graphile-worker";

/** Keeps six months of partitions ahead. Does nothing when they are there. */
const makePartitions: Task = async (_payload, { query }) => {
  await query("select app_private.make_partitions(now(), 6)");
};

export default makePartitions;
