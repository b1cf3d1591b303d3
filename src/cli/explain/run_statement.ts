import type { Client } from "pg";
import { errorCode, withConnection } from "../../postgres/connect.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";

export type Outcome = {
  /** As the server names it: SELECT, UPDATE, CALL. */
  command: string;
  /** Rows answered or changed; null where the statement has to do with none. */
  count: number | null;
  columns: string[];
  rows: Record<string, unknown>[];
};

/** Whose statement: settings of the transaction, null for a BI login, which is somebody by itself. */
export type Login = { url: string; settings: Record<string, string> | null };

/** Runs one statement as that login in a transaction that is rolled back, whatever it did. */
export function runStatement(login: Login, statement: string): Promise<Outcome> {
  if (TRANSACTION.test(statement)) {
    throw misused("The transaction is ours, and it is rolled back: say one statement that reads or writes.");
  }
  return withConnection(login.url, async (client) => {
    await client.query("begin");
    await become(client, login.settings);
    try {
      // Named, it goes by the extended protocol, which takes one statement and no second one behind it.
      const result = await client.query<Record<string, unknown>>({ name: "asked", text: statement });
      await client.query("set constraints all immediate"); // what a commit would refuse
      const columns = result.fields.map(({ name }) => name);
      return { command: result.command, count: result.rowCount, columns, rows: result.rows };
    } catch (error) {
      throw explained(error);
    } finally {
      await client.query("rollback");
    }
  });
}

const TRANSACTION =
  /^\s*(?:begin|start\s+transaction|commit|end|abort|rollback|savepoint|release|prepare\s+transaction|copy)\b/i;

/** As the API does it; the path is a comfort that opens nothing. */
async function become(client: Client, settings: Login["settings"]): Promise<void> {
  await client.query("set local time zone 'UTC'");
  if (settings === null) return;
  await client.query("set local search_path = app_public");
  await client.query(
    "select set_config(setting.name, setting.value, true) from json_each_text($1::json) as setting (name, value)",
    [JSON.stringify(settings)],
  );
}

/** The server's own words: whoever asks runs this machine. */
function explained(error: unknown): unknown {
  const code = errorCode(error);
  if (!(error instanceof Error) || !/^[0-9A-Z]{5}$/.test(code)) return error;
  const hint = "hint" in error && typeof error.hint === "string" ? error.hint : ADVICE[code];
  return new CommandError(
    EXIT.failed,
    [`Refused: ${error.message} (${code})`, hint].filter(Boolean).join("\n"),
  );
}

const ADVICE: Record<string, string> = {
  "42501":
    "npx catchment walls lists what each role may; people write through functions of app_public alone.",
  "25006": "API keys and BI logins only read.",
  "42601": "One statement at a time.",
  NFUND: "Hidden and absent are answered alike. npx catchment who-can-see <lead> tells which it is.",
  "57014": "It takes longer than a request may.",
};
