import { Pool, type PoolClient } from "pg";

export type PoolOptions = {
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Idle connections stay: a new one would plan again everything that its first work needs. */
  isKept?: boolean;
  /** Told of connections lost while idle; the pool replaces them by itself. */
  log?: (line: string) => void;
};

/** One pool belongs to one role: plans and named statements depend on it. */
export function makePool(url: string, options: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    // A server that is starting again refuses at once; one that is out of connections lets us wait.
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: options.isKept ? 0 : 30_000,
    keepAlive: true,
  });
  // Without a listener a lost connection ends the process, idle or taken out.
  pool.on("error", (error) =>
    options.log?.(`${options.applicationName}: an idle connection was lost: ${error.message}`),
  );
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** A connection that failed in a way that may have broken it is not given to the next one. */
export async function withClient<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken = false;
  try {
    return await work(client);
  } catch (error) {
    broken = isConnectionLoss(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Commits what `work` did, or nothing. When the commit itself loses its connection nobody knows which: it throws. */
export function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return withClient(pool, async (client) => {
    await client.query("begin");
    try {
      const result = await work(client);
      const { command } = await client.query("commit");
      // The server answers ROLLBACK when `work` swallowed an error that had ended the transaction.
      if (command !== "COMMIT") throw new Error("The transaction had failed and was rolled back.");
      return result;
    } catch (error) {
      if (!isConnectionLoss(error)) await client.query("rollback");
      throw error;
    }
  });
}

/** The server was not there, went away, or had no connection free. Whether a commit arrived is then unknown. */
export function isConnectionLoss(error: unknown): boolean {
  return anyCause(error, (one) => LOST_CODE.test(codeOf(one)) || LOST_MESSAGE.test(one.message));
}

/** The same work may succeed when it is done again from the start. */
export function isRetryable(error: unknown): boolean {
  return isConnectionLoss(error) || anyCause(error, (one) => RETRY_CODE.test(codeOf(one)));
}

/** 57P01–57P03: shut down, crashed, starting. 53300: too many connections. Class 08: connection exceptions. */
const LOST_CODE =
  /^(57P0[123]|53300|08...|ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;

/** What `pg` says without a code. */
const LOST_MESSAGE =
  /^(Connection terminated|timeout (expired|exceeded)|Client (has encountered|was closed))/i;

/** Serialization failure, deadlock, lock not available; class 53: disk or memory full. */
const RETRY_CODE = /^(40001|40P01|55P03|53...)$/;

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Node joins the refusals of several addresses into one AggregateError; libraries wrap what they caught. */
function anyCause(error: unknown, matches: (one: Error) => boolean): boolean {
  if (!(error instanceof Error)) return false;
  if (matches(error)) return true;
  if (error instanceof AggregateError && error.errors.some((one) => anyCause(one, matches))) return true;
  return error.cause !== undefined && anyCause(error.cause, matches);
}
