import type { Pool, QueryResultRow } from "pg";

/** The same wall for a peer, as it is usually written: a transaction, its settings, the statement, its end. */
export async function scopedQuery<Row extends QueryResultRow>(
  pool: Pool,
  actorId: number,
  query: { name: string; text: string; values?: unknown[] },
): Promise<Row[]> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query(
      "select set_config('role', 'catchment_user', true), set_config('catchment.actor', $1, true)",
      [String(actorId)],
    );
    const { rows } = await client.query<Row>(query);
    await client.query("commit");
    return rows;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
