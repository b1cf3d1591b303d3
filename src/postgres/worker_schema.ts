import { runMigrations } from "graphile-worker";
import { escapeIdentifier, Pool } from "pg";
import { asDatabaseOwner } from "./prepare_database.ts";
import { databaseUrl } from "./role_urls.ts";

/**
 * Installs graphile-worker's schema, owned by the worker, since its tables admit only their owner; brings an older
 * one up to date. `create schema if not exists` asks for the right to create even when there is nothing to do, so
 * the worker has that right while this runs.
 */
export async function installWorkerSchema(rootUrl: string, database: string): Promise<void> {
  const name = escapeIdentifier(database);
  await asDatabaseOwner(rootUrl, database, async (owner) => {
    await owner.query(`grant create on database ${name} to catchment_worker`);
    const pgPool = new Pool({ connectionString: databaseUrl(rootUrl, database), max: 2 });
    pgPool.on("error", () => {});
    pgPool.on("connect", (client) => {
      client.on("error", () => {}); // else graphile-worker warns on stderr
      // Sent before anything else on this connection; were it refused, the migrations would make the wrong owner.
      client.query("set role catchment_worker").catch(() => client.end());
    });
    try {
      await runMigrations({ pgPool, preset: {} });
      await pgPool.query(KEEP_THE_QUEUE_SHORT);
    } finally {
      await pgPool.end();
      await owner.query(`revoke create on database ${name} from catchment_worker`);
    }
  });
}

/**
 * A wake-up replaces its row again and again, and each one reads past the dead ones: 700 buffers a wake-up were
 * seen before autovacuum came by. A thousand dead rows bring it here, without pauses.
 */
const KEEP_THE_QUEUE_SHORT = `
  alter table graphile_worker._private_jobs set (
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0)`;
