import { Client } from "pg";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** A pooler in transaction mode gives the next statement to another session: locks and LISTEN are lost there. */
export async function checkPoolers(urls: { api: string; worker: string }): Promise<Finding[]> {
  const [api, worker] = await Promise.all([keepsSession(urls.api), keepsSession(urls.worker)]);
  return [
    worker
      ? ok("pooler before the worker", "none that changes its session")
      : fail(
          "pooler before the worker",
          "its session changes under it: locks and LISTEN are lost",
          "Give CATCHMENT_WORKER_URL a direct address.",
        ),
    api
      ? ok("pooler before the API", "none that changes its session")
      : warn(
          "pooler before the API",
          "its session changes under it: transaction mode",
          "It must know prepared statements (PgBouncer 1.21 or newer: max_prepared_statements above 0).",
        ),
  ];
}

/** Leaves a mark in the session, lets another client take what is free, and looks for the mark. */
async function keepsSession(url: string): Promise<boolean> {
  const [one, other] = [newClient(url), newClient(url)];
  try {
    await Promise.all([one.connect(), other.connect()]);
    await one.query("select pg_catalog.set_config('catchment.mark', 'here', false)");
    await other.query("begin");
    const { rows } = await one.query("select pg_catalog.current_setting('catchment.mark', true) as mark");
    return rows[0]?.mark === "here";
  } catch {
    return false; // it waited for the other's transaction to end
  } finally {
    await Promise.allSettled([other.end(), one.end()]);
  }
}

function newClient(url: string): Client {
  const client = new Client({ connectionString: url, query_timeout: 3_000, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  return client;
}
