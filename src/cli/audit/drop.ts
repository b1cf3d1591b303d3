import { addCheckpoint, lastHead, readCheckpoints } from "../../audit/checkpoints.ts";
import { auditKeys } from "../../audit/keys.ts";
import { errorCode } from "../../postgres/connect.ts";
import { ensureKey } from "../../postgres/key.ts";
import { configure } from "../configuration.ts";
import { CommandError, EXIT, misused, refused } from "../outcome.ts";
import { say, sayJson } from "../output.ts";
import { withWorkerPool } from "../worker_pool.ts";
import { verifyDatabase } from "./verify.ts";

/** First the proof, then the signed word that the month goes, then the month: without that word its absence is a fault. */
export async function drop(given: string, { json }: { json?: true }): Promise<void> {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(given)) throw misused(`${given} is no month: write it like 2025-01.`);
  const month = given.replace("-", "_");
  const config = configure();
  const file = config.auditCheckpoints;
  const keys = auditKeys(config.auditKey ?? (await ensureKey(config)));
  const head = await lastHead(file, keys.publicKey);
  if (head === null) throw refused(`${file} holds no signed checkpoint: nothing was dropped.`);
  const { faults } = await verifyDatabase(await readCheckpoints(file, keys.publicKey));
  if (faults.length > 0) {
    throw new CommandError(
      EXIT.failed,
      `The audit has ${faults.length} faults: nothing was dropped (\`catchment audit verify\`).`,
    );
  }
  const entries = await withWorkerPool("audit", async (pool) => {
    const ask = async (name: "may_drop_audit_month" | "drop_audit_month") => {
      const { rows } = await pool.query<{ entries: string }>(
        `select app_private.${name}($1, $2, decode($3, 'hex'), now()) as entries`,
        [month, head.block, head.hash],
      );
      return Number(rows[0]?.entries);
    };
    await ask("may_drop_audit_month");
    await addCheckpoint(file, keys, {
      kind: "drop",
      month,
      block: head.block,
      hash: head.hash,
      at: new Date().toISOString(),
    });
    return ask("drop_audit_month");
  }).catch((error: unknown) => {
    if (errorCode(error) !== "STATE") throw error;
    throw refused(`${error instanceof Error ? error.message : error}: nothing was dropped.`);
  });
  if (json) return sayJson({ month: given, entries, block: head.block });
  say(`Dropped ${entries} entries of ${given}; block ${head.block} vouches for them.`);
}
