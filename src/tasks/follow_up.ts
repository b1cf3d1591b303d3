import type { Task } from "graphile-worker";

/**
 * Ends follow-ups that have no point any more, and asks owners to follow up with leads with which nothing happened for too
 * long. Does nothing when there is none.
 */
const followUp: Task = async (_payload, { query }) => {
  await query("select app_private.settle_tasks(now())");
  for (let found = 1; found > 0; ) {
    const { rows } = await query<{ found: number }>("select app_private.sweep_stagnant(now(), $1) as found", [
      LEADS_A_TERRITORY,
    ]);
    found = rows[0]?.found ?? 0;
  }
};

/** A pass is a transaction that holds these leads: short, so that nobody who works on one waits long. */
const LEADS_A_TERRITORY = 500;

export default followUp;
