import type { Client } from "pg";
import { errorCode } from "../../src/postgres/connect.ts";

/** The SQLSTATE that a statement is refused with; "allowed" when it is not. The transaction goes on. */
export async function refusal(db: Client, sql: string, values: unknown[] = []): Promise<string> {
  await db.query("savepoint attempt");
  try {
    await db.query(sql, values);
    return "allowed";
  } catch (error) {
    return errorCode(error);
  } finally {
    await db.query("rollback to savepoint attempt");
  }
}

/** Permission denied. Any other refusal is a broken test, not a wall. */
export const DENIED = "42501";
