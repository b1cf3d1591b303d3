import type { Task } from "graphile-worker";

/**
 * Compares what the draft that runs in the shadow would have decided of new leads with what was decided. Does nothing when
 * none runs. Apart from routing: whatever happens here, leads have their owners already.
 */
const shadowRoutes: Task = async (_payload, { query }) => {
  for (let compared = LEADS; compared === LEADS; ) {
    const { rows } = await query<{ compared: number }>(
      "select app_private.shadow_routes(now(), $1) as compared",
      [LEADS],
    );
    compared = rows[0]?.compared ?? 0;
  }
};

/** A pass is a transaction. */
const LEADS = 200;

export default shadowRoutes;
