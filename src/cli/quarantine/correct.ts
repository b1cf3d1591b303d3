import { errorCode } from "../../postgres/connect.ts";
import { withClient } from "../../postgres/pools.ts";
import { filterOf } from "../filter.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";
import { say, sayJson } from "../output.ts";
import type { CorrectOptions } from "../quarantine.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { refuseWithoutEffect } from "./without_effect.ts";

/** Keeps corrections beside a refused capture, with those that stand already. It stays in quarantine. */
export async function correctOne(id: string, options: CorrectOptions): Promise<void> {
  filterOf({}, [id]); // refuses what is no id
  const corrections = correctionsOf(options);
  const stand = await withWorkerPool("quarantine", async (pool) => {
    await withClient(pool, (client) =>
      refuseWithoutEffect(client, id, { corrections, isClear: options.clear }),
    );
    try {
      const { rowCount } = await pool.query(
        `select app_private.correct_capture(captures.id, case when $3 then '{}' else coalesce(captures.corrections, '{}') end || $2)
           from app_public.captures where captures.id = $1`,
        [id, JSON.stringify(corrections), options.clear ?? false],
      );
      if (rowCount === 0) throw new CommandError(EXIT.failed, `There is no capture ${id}.`);
    } catch (error) {
      const hint = REFUSALS[errorCode(error)];
      throw hint === undefined ? error : new CommandError(EXIT.failed, hint);
    }
    const { rows } = await pool.query<{ corrections: Record<string, unknown> | null }>(
      "select captures.corrections from app_public.captures where captures.id = $1",
      [id],
    );
    return rows[0]?.corrections ?? {};
  });
  if (options.json) sayJson({ capture: id, corrections: stand });
  else
    say(
      `Corrections that stand: ${Object.keys(stand).length}. \`catchment quarantine release ${id}\` judges it with them.`,
    );
}

const REFUSALS: Record<string, string> = {
  STATE: "This capture is not in quarantine: only what was refused can be corrected.",
  BADIN: "A pointer begins with a slash, as in /email or /lead/phone.",
};

function correctionsOf({ set = [], remove = [], document, clear }: CorrectOptions): Record<string, unknown> {
  if (set.length + remove.length === 0 && document === undefined && !clear) {
    throw misused(
      "Say what to put right: --set /email=ana@example.de, --remove /colour, --document or --clear.",
    );
  }
  return Object.fromEntries([
    ...(document === undefined ? [] : [["", readDocument(document)]]),
    ...set.map(pairOf),
    ...remove.map((pointer) => [pointer, null]),
  ]);
}

function readDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw misused("--document is not JSON.");
  }
}

/** `/age=7` is a number and `/name=Ana` text; `/zip="01067"` stays text. */
function pairOf(setting: string): [string, unknown] {
  const at = setting.indexOf("=");
  if (at < 1) throw misused(`--set ${setting}: it is a pointer and a value, as in /email=ana@example.de.`);
  const text = setting.slice(at + 1);
  try {
    return [setting.slice(0, at), JSON.parse(text)];
  } catch {
    return [setting.slice(0, at), text];
  }
}
