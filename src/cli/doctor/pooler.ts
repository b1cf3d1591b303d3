import { Client } from "pg";
import { type Finding, fail, ok } from "./finding.ts";

/** A pooler in transaction mode gives the next statement to another session: locks and LISTEN are lost there. */
export async function checkPoolers(
  urls: { api: string; worker: string },
  poolerUrl: string | null,
): Promise<Finding[]> {
  const [api, worker, requests] = await Promise.all([
    keepsSession(urls.api),
    keepsSession(urls.worker),
    poolerUrl === null ? [] : checkPooler(urls.api, poolerUrl),
  ]);
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
      : fail(
          "pooler before the API",
          "its session changes under it: who follows changes hears nothing, prepared statements are not found",
          "Give CATCHMENT_API_URL a direct address, and name the pooler in CATCHMENT_API_POOLER_URL.",
        ),
    ...requests,
  ];
}

/** Requests through it keep nothing in a session and prepare no statement. It must be the same database, as the same login. */
async function checkPooler(apiUrl: string, poolerUrl: string): Promise<Finding[]> {
  const check = "pooler for requests";
  const advice = "CATCHMENT_API_POOLER_URL must reach the database of the API, as catchment_api.";
  try {
    const [direct, pooled] = await Promise.all([whereIs(apiUrl), whereIs(poolerUrl)]);
    if (direct !== pooled) return [fail(check, "another database, or another login", advice)];
    const mode = (await keepsSession(poolerUrl)) ? "keeps sessions" : "transaction mode";
    return [ok(check, `${mode}; statements are not prepared behind it`)];
  } catch (error) {
    return [fail(check, error instanceof Error ? error.message : String(error), advice)];
  }
}

async function whereIs(url: string): Promise<string> {
  const client = newClient(url);
  try {
    await client.connect();
    const { rows } = await client.query<{ place: string }>(
      "select concat_ws(' ', pg_postmaster_start_time(), current_database(), session_user) as place",
    );
    return rows[0]?.place ?? "";
  } finally {
    await client.end();
  }
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
