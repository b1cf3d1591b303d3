import type { JobHelpers, Task } from "graphile-worker";
import type { Notification } from "../notify/channel.ts";
import type { Dispatch } from "../notify/dispatch.ts";

/**
 * Sends what waits in the outbox: decides by what each is reached, takes what is due, writes down what became of it. Does
 * nothing when the outbox is empty. A second one in this process only makes the first look again: a target that
 * hangs keeps one place of the worker, not all of them. Before each look it awaits `gather`: a pass over one message
 * costs nearly what one over fifty does.
 */
export function makeNotify(dispatch: Dispatch, gather = async () => {}): Task {
  let isRunning = false;
  let wake = () => {};
  return async (_payload, { query }) => {
    wake();
    if (isRunning) return;
    isRunning = true;
    const sending = new Set<Promise<void>>();
    const failures: unknown[] = [];
    try {
      for (let isAsked = true; isAsked || sending.size > 0; ) {
        const asked = new Promise<void>((resolve) => {
          wake = () => {
            isAsked = true;
            resolve();
          };
        });
        await gather();
        isAsked = false;
        const { rows, isMore } = await take(query, dispatch.hasMail);
        if (rows.length > 0) {
          const batch: Promise<void> = dispatch
            .send(rows, (told) => record(query, told))
            .catch((error: unknown) => void failures.push(error))
            .finally(() => sending.delete(batch));
          sending.add(batch);
        }
        if (isMore && failures.length === 0) isAsked = true;
        if (sending.size >= BATCHES) await Promise.race(sending);
        else if (!isAsked && sending.size > 0) await Promise.race([asked, ...sending]);
      }
    } finally {
      isRunning = false;
    }
    if (failures.length > 0) throw failures[0];
  };
}

/** Rows a claim, and claims under way at once. */
const PASS = 200;
const BATCHES = 4;

type Query = JobHelpers["query"];

async function take(query: Query, hasMail: boolean): Promise<{ rows: Notification[]; isMore: boolean }> {
  const addressed = await query<{ count: number }>(
    "select app_private.address_notifications(now(), $1, $2) as count",
    [PASS, hasMail],
  );
  const { rows } = await query<Notification>("select * from app_private.claim_notifications(now(), $1)", [
    PASS,
  ]);
  return { rows, isMore: addressed.rows[0]?.count === PASS || rows.length >= PASS };
}

async function record(query: Query, told: readonly object[]): Promise<void> {
  await query("select app_private.record_notifications($1, now())", [JSON.stringify(told)]);
}
