import type { Task } from "graphile-worker";

/**
 * Gives queued leads to whoever is available by now, oldest first; passes on those that others
 * refused, and those whose owner let the time to accept go by; gives those that nobody owned for too long to who answers
 * for them. Does nothing when there is none.
 */
const routeQueue: Task = async (_payload, { query }) => {
  for (const pass of PASSES) {
    for (let moved = 1; moved > 0; ) {
      const { rows } = await query<{ moved: number }>(pass, [LEADS_A_TERRITORY]);
      moved = rows[0]?.moved ?? 0;
    }
  }
};

/** A pass is a transaction that holds its teams' turns: short, so that new leads need not wait long. */
const LEADS_A_TERRITORY = 100;

const PASSES = [
  "select app_private.route_queue(now(), $1) as moved",
  "select app_private.pass_on_refused(now(), $1) as moved",
  "select app_private.pass_on_expired(now(), $1) as moved",
  "select app_private.assign_unassigned(now(), $1) as moved",
];

export default routeQueue;
