import { type Connection, type Pool, type PoolClient, Query } from "pg";
import type { PgClientQuery, PgClientResult, WithPgClient } from "postgraphile/@dataplan/pg";
import type { NodePostgresPgClient } from "postgraphile/adaptors/pg";
import { withClient } from "../postgres/pools.ts";

type Settings = [name: string, value: string][];

/**
 * How statements of a request reach the database: settings and statement together in one message, in one transaction that
 * ends with it. So nothing of a request can stay on the connection, whatever becomes of it, and it costs one round trip where
 * `begin`, settings, statement and `commit` cost four. What runs in `withTransaction` has an open transaction of its own.
 * `isPooled`: a pooler gives each transaction to another session, where prepared statements of this one do not exist.
 */
export function makeWithPgClient(
  pool: Pool,
  { isPooled }: { isPooled: boolean },
): WithPgClient<NodePostgresPgClient> {
  const statements = isPooled ? null : new WeakMap<PoolClient, Set<string>>();
  return (pgSettings, work) =>
    withClient(pool, async (client) => {
      const settings: Settings = [];
      for (const [name, value] of Object.entries(pgSettings ?? {})) {
        if (value != null) settings.push([name, value]);
      }
      return work(scopedClient(client, settings, (name) => mayPrepare(statements, client, name)));
    });
}

/** So many of each connection; others are planned each time. Nobody who asks freely fills the server's memory. */
const MOST_PREPARED = 200;

function mayPrepare(
  statements: WeakMap<PoolClient, Set<string>> | null,
  client: PoolClient,
  name: string,
): boolean {
  if (statements === null) return false;
  const known = statements.get(client) ?? new Set();
  statements.set(client, known);
  if (known.size < MOST_PREPARED) known.add(name);
  return known.has(name);
}

function scopedClient(
  client: PoolClient,
  settings: Settings,
  mayBePrepared: (name: string) => boolean,
): NodePostgresPgClient {
  return {
    rawClient: client,
    query: (asked) => send(client, settings, asked, mayBePrepared),
    async withTransaction(work) {
      await client.query("begin");
      try {
        if (settings.length > 0) await client.query(SET, [JSON.stringify(settings)]);
        const result = await work(nested(client, mayBePrepared, 1));
        const { command } = await client.query("commit");
        // The server answers ROLLBACK when `work` swallowed an error that had ended the transaction.
        if (command !== "COMMIT") throw new Error("The transaction had failed and was rolled back.");
        return result;
      } catch (error) {
        await client.query("rollback").catch(() => {}); // a lost connection has forgotten it already
        throw error;
      }
    },
  };
}

/** Inside a transaction: one within it is a savepoint. */
function nested(
  client: PoolClient,
  mayBePrepared: (name: string) => boolean,
  depth: number,
): NodePostgresPgClient {
  return {
    rawClient: client,
    query: (asked) => send(client, [], asked, mayBePrepared),
    async withTransaction(work) {
      await client.query(`savepoint level_${depth}`);
      try {
        const result = await work(nested(client, mayBePrepared, depth + 1));
        await client.query(`release savepoint level_${depth}`);
        return result;
      } catch (error) {
        await client.query(`rollback to savepoint level_${depth}`);
        throw error;
      }
    },
  };
}

/** Answers no row, so that what comes back is the answer to the statement alone. Local: until the transaction ends. */
const SET = `select from json_array_elements($1::json) as one (setting)
  where set_config(one.setting ->> 0, one.setting ->> 1, true) is null`;

function send<Row>(
  client: PoolClient,
  settings: Settings,
  { text, values, arrayMode, name }: PgClientQuery,
  mayBePrepared: (name: string) => boolean,
) {
  const config = {
    text,
    values: values ?? [],
    queryMode: "extended", // a simple query would end the transaction that the settings began
    ...(arrayMode ? { rowMode: "array" } : {}),
    ...(name !== undefined && mayBePrepared(name) ? { name } : {}),
  };
  return new Promise<PgClientResult<Row>>((resolve, reject) => {
    const query = new Query(config, (error, answered) => {
      const result = [answered].flat().at(-1);
      if (error || result === undefined) reject(error ?? new Error("The database answered nothing."));
      else resolve({ rows: result.rows, rowCount: result.rowCount });
    });
    if (settings.length > 0) precede(query, JSON.stringify(settings));
    client.query(query);
  });
}

/** Puts the settings before the statement and no Sync between them: to the server both are one transaction. */
function precede(query: Query, settings: string): void {
  const submit = query.submit.bind(query);
  query.submit = (connection: Connection) => {
    connection.stream.cork();
    try {
      connection.parse({ name: "", text: SET, types: [] }, true);
      connection.bind({ values: [settings] }, true);
      connection.execute({}, true);
      return submit(connection);
    } finally {
      connection.stream.uncork();
    }
  };
}
