import type { Client } from "pg";
import { errorCode } from "../../postgres/connect.ts";
import { CommandError, EXIT } from "../outcome.ts";

/** Everything that is held of a person, whichever of the merged leads is named; the audit records it. */
export async function exportPerson(worker: Client, lead: string): Promise<string> {
  try {
    const { rows } = await worker.query<{ person: string }>(
      "select jsonb_pretty(app_private.export_person($1::uuid, null, now())) as person",
      [lead],
    );
    return `${rows[0]?.person ?? ""}\n`;
  } catch (error) {
    if (["NFUND", "22P02"].includes(errorCode(error))) {
      throw new CommandError(EXIT.failed, `There is no lead ${lead}.`);
    }
    throw error;
  }
}
