import type { Task } from "graphile-worker";

/** Lets running clocks follow a change of policy or calendar, 500 a transaction. Does nothing when none changed. */
const rearmClocks: Task = async (_payload, { query }) => {
  for (let seen = 1; seen > 0; ) {
    const { rows } = await query<{ seen: number }>("select app_private.rearm_clocks(now(), $1) as seen", [
      AT_ONCE,
    ]);
    seen = rows[0]?.seen ?? 0;
  }
};

/** Clocks a transaction: whoever wants one of these leads waits for a tenth of a second at most. */
const AT_ONCE = 500;

export default rearmClocks;
