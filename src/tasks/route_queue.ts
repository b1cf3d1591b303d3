import type { Task } from "graphile-worker";

/** Gives queued leads to whoever is available by now, oldest first. Does nothing while nobody is. */
const routeQueue: Task = async (_payload, { query }) => {
  for (let routed = 1; routed > 0; ) {
    const { rows } = await query<{ routed: number }>("select app_private.route_queue(now(), $1) as routed", [
      LEADS_A_TERRITORY,
    ]);
    routed = rows[0]?.routed ?? 0;
  }
};

/** A pass is a transaction that holds its teams' turns: short, so that new leads need not wait long. */
const LEADS_A_TERRITORY = 100;

export default routeQueue;
