import type { Client } from "pg";
import { lastHead } from "../../audit/checkpoints.ts";
import { auditKeys } from "../../audit/keys.ts";
import { type Unsigned, unsignedBlocks } from "../../audit/unsigned.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** Whether the audit is sealed while it is young, and whether what was signed is in the chain still. */
export async function checkAudit(worker: Client, file: string, key: string): Promise<Finding[]> {
  const { rows } = await worker.query<State>(STATE);
  const [state] = rows;
  if (state === undefined) throw new Error("The database counted nothing.");
  return [sealing(state), await anchoring(worker, file, key, state)];
}

type State = { last: number; age: number | null; waiting: number };

function sealing({ last, age, waiting }: State): Finding {
  const check = "audit blocks";
  const detail = age === null ? "none yet" : `${last} sealed, the last ${ageOf(age)} ago`;
  if (waiting === 0) return ok(check, detail);
  const advice =
    "Is a worker alive, and no transaction open for long? select * from pg_stat_activity order by xact_start.";
  return fail(check, `${detail}; ${waiting} entries are older than 10 minutes and not sealed`, advice);
}

const check = "audit checkpoints";

async function anchoring(worker: Client, file: string, key: string, { last }: State): Promise<Finding> {
  const head = await lastHead(file, auditKeys(key).publicKey);
  if (head === null) {
    if (last === 0) return ok(check, "nothing to sign yet");
    const advice = "The worker writes it: on its host, and with its CATCHMENT_AUDIT_KEY, this is known.";
    return warn(check, `${file} holds none that this key signed`, advice);
  }
  const { rows } = await worker.query(
    "select from app_private.audit_blocks where audit_blocks.number = $1 and audit_blocks.hash = decode($2, 'hex')",
    [head.block, head.hash],
  );
  if (rows.length > 0) return signing(await unsignedBlocks(worker, head.block, null), file, head.block, last);
  return fail(
    check,
    `block ${head.block} was signed and is not in the chain`,
    "`npx catchment audit verify` says what is missing.",
  );
}

/** Blocks are sealed in the database and signed in a file: sealing goes on where signing cannot. */
function signing(unsigned: Unsigned | null, file: string, signed: number, last: number): Finding {
  const detail = `block ${signed} of ${last} is signed`;
  if (unsigned === null) return ok(check, detail);
  const since = `none since ${unsigned.since.toISOString()}`;
  const advice = `Can the worker write ${file}, and is its disk full? Its log says what seal_audit fails of. Or another host signs: look there.`;
  return fail(check, `${detail}, ${since}`, advice);
}

function ageOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

const STATE = `
  select coalesce(last.number, 0)::int as last, extract(epoch from now() - last.sealed_at)::int as age,
         (select count(*)::int from (
            select from app_private.audit_entries
             where (audit_entries.transaction_id, audit_entries.id) > (coalesce(last.last_transaction, 0), coalesce(last.last_entry_id, last.entries_after, '00000000-0000-0000-0000-000000000000'))
               and audit_entries.id > coalesce(last.entries_after, '00000000-0000-0000-0000-000000000000')
               and audit_entries.recorded_at < now() - interval '10 minutes'
             limit 100000) as waiting) as waiting
    from (values (1)) as one
    left join lateral (select * from app_private.audit_blocks order by audit_blocks.number desc limit 1) as last on true`;
