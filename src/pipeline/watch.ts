import type { Pool } from "pg";

/** While it lasts, nobody needs to call the drain (app_private.begin_watch). */
export type Watch = {
  /** Does nothing when it lasts already, or when another session watches. */
  begin: () => Promise<void>;
  /** False: somebody counts on it still, so look again. True: look once more, then rest. */
  end: () => Promise<boolean>;
  /** Ends it without looking: a job tells the next worker. */
  handOver: () => Promise<void>;
};

/** The watch is an open transaction of a connection of its own, so it is over when the process dies. */
export async function withWatch<Result>(
  pool: Pool,
  work: (watch: Watch) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let isWatching = false;
  const ask = async (name: string): Promise<boolean> => {
    // By the simple protocol: the portal of the extended one would stay, and with it the snapshot, which holds back every vacuum.
    const { rows } = await client.query<{ answer: boolean }>(`select app_private.${name}() as answer`);
    return rows[0]?.answer === true;
  };
  const end = async () => {
    if (!isWatching) return true;
    isWatching = false;
    await client.query("commit"); // the watch is over; the next statement sees who counted on it
    return ask("end_watch");
  };
  try {
    const result = await work({
      begin: async () => {
        if (isWatching) return;
        await client.query("begin");
        isWatching = await ask("begin_watch");
        if (!isWatching) await client.query("rollback");
      },
      end,
      handOver: async () => {
        await end();
        await client.query("select app_private.wake('drain_captures')");
      },
    });
    client.release(isWatching); // a watch that nobody ended goes with it
    return result;
  } catch (error) {
    client.release(true); // its lock goes with it
    throw error;
  }
}
