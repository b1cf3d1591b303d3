import type { Pool } from "pg";
import { CommandError, EXIT } from "./outcome.ts";

/** Ends the command when there is no such revision; null is the one in force. */
export async function requireRevision(client: Pick<Pool, "query">, revision: number | null): Promise<void> {
  if (revision === null) return;
  const { rowCount } = await client.query("select from app_public.revisions where id = $1", [revision]);
  if (rowCount === 0) throw new CommandError(EXIT.failed, `There is no revision ${revision}.`);
}
