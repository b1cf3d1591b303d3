import { access } from "node:fs/promises";
import type { Pool } from "pg";
import { z } from "zod";
import { type LedgerEntry, readLedger } from "../erasure/ledger_file.ts";
import { reapplyLedger } from "../erasure/reapply.ts";
import { makeRecordErasures } from "../erasure/record.ts";
import { configure } from "./configuration.ts";
import { CommandError, EXIT, misused } from "./outcome.ts";
import { note, say, sayJson } from "./output.ts";
import { makeProgress } from "./progress.ts";
import { withWorkerPool } from "./worker_pool.ts";

export type EraseOptions = { captures?: string[]; reapply?: true; ledger?: string[]; json?: true };

/** Forgets the person of a lead, or arrivals that hang on none; or does again what the ledger says. There is no way back. */
export async function erase(lead: string | undefined, options: EraseOptions): Promise<void> {
  const asked = [lead, options.captures, options.reapply].filter((given) => given !== undefined);
  if (asked.length !== 1) throw misused("Name a lead, or --captures, or --reapply: one of them.");
  if (options.ledger !== undefined && options.reapply === undefined) {
    throw misused("--ledger is for --reapply; CATCHMENT_ERASURE_LEDGER names the file that is written.");
  }
  if (options.reapply) return reapply(options);
  const ids = lead === undefined ? (options.captures ?? []) : [lead];
  const wrong = ids.find((id) => !z.uuid().safeParse(id).success);
  if (wrong !== undefined) throw misused(`${wrong} is no id.`);
  const { erasureLedger } = configure();
  const what = lead === undefined ? "captures" : "people";
  const { erased, left } = await withWorkerPool("erase", async (pool) => {
    const erased = await eraseIn(pool, what, ids);
    await makeRecordErasures(pool, erasureLedger)(); // also what another process left unwritten
    return { erased, left: what === "captures" ? await leftOf(pool, ids) : [] };
  });
  if (options.json) sayJson({ ...erased, left, ledger: erasureLedger });
  else if (erased.leads + erased.captures > 0)
    say(`Erased: leads ${erased.leads}, arrivals ${erased.captures}. It stands in ${erasureLedger}.`);
  else if (left.length === 0) say("Nothing was left to erase.");
  if (left.length > 0) {
    throw new CommandError(
      EXIT.failed,
      left.map(({ id, reason }) => `Not erased: ${id} ${reason}`).join("\n"),
    );
  }
}

type Erased = { leads: number; captures: number };

async function eraseIn(pool: Pool, what: "people" | "captures", ids: readonly string[]): Promise<Erased> {
  const { rows } = await pool.query<Erased>(
    `select coalesce(sum(cardinality(erased.lead_ids)), 0)::int as leads, coalesce(sum(cardinality(erased.capture_ids)), 0)::int as captures
       from app_private.erase_${what}($1, 'request', now()) as erased`,
    [ids],
  );
  const erased = rows[0] ?? { leads: 0, captures: 0 };
  if (what === "people" && erased.leads === 0) await refuseUnknown(pool, ids);
  return erased;
}

/** A slip of the pen must not look like an erasure that was done. */
async function refuseUnknown(pool: Pool, ids: readonly string[]): Promise<void> {
  const { rows } = await pool.query("select from app_public.leads where leads.id = any ($1)", [ids]);
  if (rows.length === 0) throw new CommandError(EXIT.failed, "There is no such lead.");
}

/** Arrivals that were named and still hold what came, and what to do about each. */
async function leftOf(pool: Pool, ids: readonly string[]): Promise<{ id: string; reason: string }[]> {
  const { rows } = await pool.query<{ id: string; reason: string }>(
    `select asked.id,
            case when captures.id is null then 'is no arrival.'
                 when captures.lead_id is not null then 'goes with its person: erase the lead ' || captures.lead_id || '.'
                 when captures.fetch_due_at is not null
                 then 'waits (' || coalesce(captures.error, 'for its vendor') || '): come again when it is judged, after 36 hours at most.'
                 else 'is not judged yet: come again when it is.' end as reason
       from unnest($1::uuid[]) with ordinality as asked (id, position)
       left join app_public.captures on captures.id = asked.id
      where captures.erased_at is null
      order by asked.position`,
    [ids],
  );
  return rows;
}

/** After a restore, before anything else runs. A second time it does nothing. */
async function reapply({ ledger, json }: EraseOptions): Promise<void> {
  const files = ledger ?? [configure().erasureLedger];
  const entries: LedgerEntry[] = [];
  let unreadable = 0;
  for (const file of files) {
    await access(file).catch(() => {
      throw new CommandError(EXIT.failed, `${file} cannot be read: nothing was erased.`);
    });
    const read = await readLedger(file);
    entries.push(...read.entries);
    unreadable += read.unreadable.length;
    if (read.unreadable.length > 0) note(`${file}: no entry in line ${read.unreadable.join(", ")}`);
  }
  const progress = makeProgress(entries.length);
  let looked = 0;
  const reapplied = await withWorkerPool("erase", (pool) =>
    reapplyLedger(pool, entries, () => progress.update(++looked, `${looked} of ${entries.length}`)),
  ).finally(() => progress.stop());
  if (unreadable > 0) process.exitCode = EXIT.failed;
  if (json) return sayJson({ entries: entries.length, reapplied, unreadable });
  say(`${reapplied} of ${entries.length} erasures were done again; the others were done already.`);
}
