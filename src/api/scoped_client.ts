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
  return (pgSettings, work) =>
    withClient(pool, async (client) => {
      const settings: Settings = [];
      for (const [name, value] of Object.entries(pgSettings ?? {})) {
        if (value != null) settings.push([name, value]);
      }
      const prepared = preparedOn.get(client) ?? new Set();
      preparedOn.set(client, prepared);
      return work(scopedClient(client, settings, isPooled ? null : prepared));
    });
}

/** Names of the statements that stand prepared on a connection, whoever of this process sends over it. */
type Prepared = Set<string>;
const preparedOn = new WeakMap<PoolClient, Prepared>();

/** So many of each connection; others are planned each time. Nobody who asks freely fills the server's memory. */
const MOST_PREPARED = 200;

function mayPrepare(prepared: Prepared | null, name: string): boolean {
  if (prepared === null) return false;
  if (prepared.size < MOST_PREPARED) prepared.add(name);
  return prepared.has(name);
}

function scopedClient(
  client: PoolClient,
  settings: Settings,
  prepared: Prepared | null,
): NodePostgresPgClient {
  return {
    rawClient: client,
    query: (asked) => send(client, settings, asked, prepared),
    async withTransaction(work) {
      await client.query("begin");
      try {
        if (settings.length > 0) await client.query(SET, [JSON.stringify(settings)]);
        const result = await work(nested(client, prepared, 1));
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
function nested(client: PoolClient, prepared: Prepared | null, depth: number): NodePostgresPgClient {
  return {
    rawClient: client,
    query: (asked) => send(client, [], asked, prepared),
    async withTransaction(work) {
      await client.query(`savepoint level_${depth}`);
      try {
        const result = await work(nested(client, prepared, depth + 1));
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
  prepared: Prepared | null,
) {
  const config = {
    text,
    values: values ?? [],
    queryMode: "extended", // a simple query would end the transaction that the settings began
    ...(arrayMode ? { rowMode: "array" } : {}),
    ...(name !== undefined && mayPrepare(prepared, name) ? { name } : {}),
  };
  return new Promise<PgClientResult<Row>>((resolve, reject) => {
    const query = new Query(config, (error, answered) => {
      const result = [answered].flat().at(-1);
      if (error || result === undefined) reject(error ?? new Error("The database answered nothing."));
      else resolve({ rows: result.rows, rowCount: result.rowCount });
    });
    if (settings.length > 0) precede(query, JSON.stringify(settings), prepared);
    client.query(query);
  });
}

/** Puts the settings before the statement and no Sync between them: to the server both are one transaction. */
function precede(query: Query, settings: string, prepared: Prepared | null): void {
  const submit = query.submit.bind(query);
  query.submit = (connection: Connection) => {
    connection.stream.cork();
    try {
      const statement = prepared === null ? "" : SETTINGS;
      if (prepared?.has(statement) !== true)
        connection.parse({ name: statement, text: SET, types: [] }, true);
      prepared?.add(statement);
      connection.bind({ statement, values: [settings] }, true);
      connection.execute({}, true);
      return submit(connection);
    } finally {
      connection.stream.uncork();
    }
  };
}

/** Under this name it is prepared where it can be: first of its message, so nothing before it can fail. */
const SETTINGS = "catchment_settings";
