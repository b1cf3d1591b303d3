import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";

export type Liveness = { stop: () => Promise<void> };

/**
 * Shows that this process lives: a row with the names in which its jobs are locked, and the session that wrote it,
 * which ends with the process, however it ends. A lost connection is made again; until then others may take this
 * one's jobs, which bear company. Needs a direct connection: behind a pooler the session would be somebody else's.
 */
export async function keepAlive(options: {
  url: string;
  lockNames: readonly string[];
  log: (line: string) => void;
}): Promise<Liveness> {
  let isStopped = false;
  let current = await hold(options);
  const watch = async () => {
    for (;;) {
      await current.lost;
      if (isStopped) return;
      current = await hold(options).catch(async () => {
        options.log("liveness: the database does not answer, trying again");
        await pause(1_000);
        return current; // is lost still
      });
      if (isStopped) await current.end();
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      isStopped = true;
      await current.end();
      await watching;
    },
  };
}

type Held = { lost: Promise<void>; end: () => Promise<void> };

async function hold({ url, lockNames }: { url: string; lockNames: readonly string[] }): Promise<Held> {
  const client = new Client({
    connectionString: url,
    application_name: "catchment-liveness",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  client.on("error", () => {});
  const lost = new Promise<void>((resolve) => client.once("end", resolve));
  const end = () => client.end().catch(() => {});
  await client.connect();
  try {
    await client.query(
      `insert into app_private.worker_pools (worker_ids, pid, session_began_at)
       select $1, pid, backend_start from pg_stat_get_activity(pg_backend_pid())`,
      [lockNames],
    );
    return { lost, end };
  } catch (error) {
    await end();
    throw error;
  }
}
