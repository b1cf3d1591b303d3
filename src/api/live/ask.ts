import type { Pool } from "pg";

/** Whose subscription it is. `asked`: slug or id of a territory; null: all that they reach. */
export type Follower = { actorId: number; keyId: number | null; asked: string | null };

/** `isKnown` false: switched off, or the key is no longer good. */
export type Standing = { isKnown: boolean; territoryIds: number[] };

/** Where changes of a territory are announced. `hadEnded`: nobody announced any until now. */
export type Channel = { territoryId: number; channel: string; hadEnded: boolean };

export type Ask = {
  /** In the order of the followers. `one`: of this territory alone. */
  standings: (followers: Follower[], one?: number) => Promise<Standing[]>;
  /** Changes there are announced for a minute from now on. */
  follow: (territoryIds: number[]) => Promise<Channel[]>;
  /** Transactions are numbered: the oldest that is not over, and the next that will begin. */
  transactions: () => Promise<{ oldest: bigint; next: bigint }>;
};

/** `pool` is of the login catchment_api. */
export function askDatabase(pool: Pool): Ask {
  return {
    standings: async (followers, one) => {
      const { rows } = await pool.query<Standing>(STANDINGS, [
        followers.map(({ actorId }) => actorId),
        followers.map(({ keyId }) => keyId),
        followers.map(({ asked }) => asked),
        one ?? null,
      ]);
      return rows;
    },
    follow: async (territoryIds) => {
      const { rows } = await pool.query<Channel>(FOLLOW, [territoryIds]);
      return rows;
    },
    transactions: async () => {
      const { rows } = await pool.query<{ oldest: string; next: string }>(TRANSACTIONS);
      return { oldest: BigInt(rows[0]?.oldest ?? 0), next: BigInt(rows[0]?.next ?? 0) };
    },
  };
}

const STANDINGS = `select is_known as "isKnown", territory_ids as "territoryIds"
  from app_hidden.territories_followed($1, $2, $3, $4)`;

const FOLLOW = `select territory_id as "territoryId", channel, had_ended as "hadEnded"
  from app_hidden.follow_territories($1, clock_timestamp())`;

const TRANSACTIONS = `select pg_snapshot_xmin(snapshot)::text as oldest, pg_snapshot_xmax(snapshot)::text as next
  from pg_current_snapshot() as snapshot`;
