import type { Task } from "graphile-worker";

/**
 * Fires due thresholds in passes of at most 500 until a pass is not full, then sets the alarm for the next one.
 * Does nothing but that when none is due. The alarm is set also after a failed pass: nobody else sets it.
 */
const fireThresholds: Task = async (_payload, { query }) => {
  try {
    for (let fired = PASS; fired === PASS; ) {
      const { rows } = await query<{ fired: number }>(
        "select app_private.fire_thresholds(now(), $1) as fired",
        [PASS],
      );
      fired = rows[0]?.fired ?? 0;
    }
  } finally {
    await query("select app_private.arm_fire_thresholds()");
  }
};

/** Thresholds a pass, each pass a transaction: short enough that a claim waits little for it. */
const PASS = 500;

export default fireThresholds;
