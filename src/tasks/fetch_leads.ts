import type { Task } from "graphile-worker";
import type { Fetching, WaitingCapture } from "../capture/fetching.ts";

/**
 * Asks the vendors of thin arrivals for what they did not tell, and records each answer. Does nothing when none is
 * due. One run a process is enough: whoever calls meanwhile makes it look again, and leaves its job to others.
 */
export function makeFetchLeads(fetching: Fetching): Task {
  let isRunning = false;
  let isAskedAgain = false;
  return async (_payload, { query }) => {
    isAskedAgain = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isAskedAgain) {
        isAskedAgain = false;
        const { rows } = await query<WaitingCapture>("select * from app_private.claim_fetches(now(), $1)", [
          PASS,
        ]);
        await fetching.ask(rows, async (id, told) => {
          await query("select app_private.record_fetch($1, $2, now())", [id, JSON.stringify(told)]);
        });
        if (rows.length === PASS) isAskedAgain = true;
      }
    } finally {
      isRunning = false;
    }
  };
}

const PASS = 20;
