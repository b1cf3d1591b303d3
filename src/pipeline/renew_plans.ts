import type { PoolClient } from "pg";

/** To be told how many captures a connection has just taken. */
export type RenewPlans = (client: PoolClient, count: number) => Promise<void>;

/**
 * A connection keeps its plans, also those of foreign-key checks, which no setting of a stage reaches. Made over tables that were young,
 * and known as young, they read tables whole, until somebody analyzes these. So a connection lets its plans go after a hundred captures and
 * each time that it has taken as many again: what grows is planned for, and who takes millions makes plans a dozen times.
 */
export function makeRenewPlans(): RenewPlans {
  const taken = new WeakMap<PoolClient, { count: number; next: number }>();
  return async (client, count) => {
    const so = taken.get(client) ?? { count: 0, next: 100 };
    taken.set(client, so);
    so.count += count;
    if (so.count < so.next) return;
    so.next = so.count * 2;
    await client.query("discard plans");
  };
}
