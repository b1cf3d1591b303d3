import { setTimeout as pause } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import { withClient } from "../postgres/pools.ts";

/**
 * A chunk takes some 30 ms; nine tenths of the time there is none, and what arrives has the processors for itself. At
 * 500 arrivals a second, chunks of 200 in a quarter of the time made capture to routed a third slower in the p99.
 */
export const CHUNK_SIZE = 100;
const REST = 9;

/** Between two chunks, as long as the one that began at `startedAt` demands. */
export function rest(startedAt: number): Promise<void> {
  return pause(REST * (performance.now() - startedAt));
}

/** A session that cannot write, even if it wanted to; all of a chunk is read at one instant. */
export function readOnly<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  return withClient(pool, async (client) => {
    await client.query("begin transaction isolation level repeatable read read only");
    try {
      await client.query("set local statement_timeout = '20s'");
      await client.query("set local lock_timeout = '1s'"); // a migration goes first
      return await work(client);
    } finally {
      await client.query("rollback").catch(() => {});
    }
  });
}
