import type { Task } from "graphile-worker";

/** Forgets what the rules of retention do not keep any longer, in batches. Does nothing where there are no rules. */
const applyRetention: Task = async (_payload, { query }) => {
  for (let done = 1; done > 0; ) {
    const { rows } = await query<{ done: number }>("select app_private.apply_retention(now(), $1) as done", [
      BATCH,
    ]);
    done = rows[0]?.done ?? 0;
  }
  await query("select app_private.drop_captures(now())");
};

/** Of each rule, in one transaction: short enough that an arrival of such a lead waits little for it. */
const BATCH = 500;

export default applyRetention;
