import type { Client } from "pg";
import { readLedger } from "../../erasure/ledger_file.ts";
import { errorCode } from "../../postgres/connect.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** Whether the database has forgotten whom the ledger names, and the ledger names whom the database has forgotten. */
export async function checkLedger(worker: Client, file: string): Promise<Finding[]> {
  const { rows } = await worker.query<{ waiting: number; known: number }>(
    `select count(*) filter (where recorded_at is null and erased_at < now() - interval '5 minutes')::int as waiting,
            count(*)::int as known from app_private.erasures`,
  );
  const { waiting, known } = rows[0] ?? { waiting: 0, known: 0 };
  if (waiting > 0) {
    const advice = `Is a worker running, and can it write ${file}?`;
    return [
      fail(CHECK, `${waiting} erasures are not in it: a restore would bring these people back`, advice),
    ];
  }
  const ledger = await readLedger(file).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  });
  if (ledger === null) {
    if (known === 0) return [ok(CHECK, "nobody was erased yet")];
    return [
      warn(
        CHECK,
        `${file} is not there, and ${known} erasures are known`,
        "Another host may have it. Copy it here.",
      ),
    ];
  }
  const { rows: undone } = await worker.query(
    `select from unnest($1::uuid[], $2::uuid[]) as line (id, lead_id)
       join app_public.leads on leads.id = line.lead_id
      where leads.erased_at is null limit 1`,
    [ledger.entries.map(({ id }) => id), ledger.entries.map(({ leadId }) => leadId)],
  );
  if (undone.length > 0) {
    return [
      fail(CHECK, "it names people whom the database still knows: it was restored from before", REAPPLY),
    ];
  }
  return [ok(CHECK, `${ledger.entries.length} lines, all done here`)];
}

const CHECK = "ledger of erasures";
const REAPPLY = "`npx catchment erase --reapply` forgets them again; stop everything else before.";
