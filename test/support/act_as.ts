import type { Client } from "pg";

/** From here on `db` is a request of that actor: what the API's login does, on the test's own connection. */
export async function actAs(db: Client, actorId: number): Promise<void> {
  await stopActing(db);
  await db.query("set local session authorization catchment_api");
  await db.query("set local role catchment_user");
  await db.query("select set_config('catchment.actor', $1, true)", [String(actorId)]);
}

/** A request that came without an identity. */
export async function actAsNobody(db: Client): Promise<void> {
  await stopActing(db);
  await db.query("set local session authorization catchment_api");
  await db.query("set local role catchment_user");
}

export async function actAsWorker(db: Client): Promise<void> {
  await actAsLogin(db, "catchment_worker");
}

/** As if `role` had logged in: `session_user` is the role too, so a BI login is itself. */
export async function actAsLogin(db: Client, role: string): Promise<void> {
  await stopActing(db);
  await db.query(`set local session authorization ${db.escapeIdentifier(role)}`);
}

/** Back to the superuser. Only inside the transaction in which acting began. */
export async function stopActing(db: Client): Promise<void> {
  await db.query("reset session authorization");
  await db.query("reset role");
  await db.query("select set_config('catchment.actor', '', true)");
}
