import type { ClientBase, QueryResultRow } from "pg";
import { errorCode } from "../../src/postgres/connect.ts";

export async function allRows<Row extends QueryResultRow>(
  db: ClientBase,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return (await db.query<Row>(text, values)).rows;
}

/** The one row that this answers; none or several is an error of the test. */
export async function oneRow<Row extends QueryResultRow>(
  db: ClientBase,
  text: string,
  values: unknown[] = [],
): Promise<Row> {
  const rows = await allRows<Row>(db, text, values);
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`Expected one row, got ${rows.length}: ${text}`);
  return row;
}

/** The column `value` of the one row that this answers. */
export async function oneValue<Value>(db: ClientBase, text: string, values: unknown[] = []): Promise<Value> {
  return (await oneRow<{ value: Value }>(db, text, values)).value;
}

/** The column `value` of every row. */
export async function allValues<Value>(
  db: ClientBase,
  text: string,
  values: unknown[] = [],
): Promise<Value[]> {
  return (await allRows<{ value: Value }>(db, text, values)).map(({ value }) => value);
}

/** The SQLSTATE with which this is refused, "" when it is not; the open transaction goes on either way. */
export async function refusalOf(db: ClientBase, text: string, values: unknown[] = []): Promise<string> {
  await db.query("savepoint attempt");
  try {
    await db.query(text, values);
    return "";
  } catch (error) {
    return errorCode(error);
  } finally {
    await db.query("rollback to savepoint attempt");
  }
}
