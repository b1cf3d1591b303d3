import type { ClientBase } from "pg";
import { type Block, blocksAfter, chainOf, eras } from "./blocks.ts";
import { isIntact, linkFaults, type Signed, tailFaults } from "./chain.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { compareBlock } from "./compare_block.ts";
import { type Entry, entriesIn, entriesNamed, FIRST_ID, isBehind, LAST_ID, type Place } from "./entries.ts";
import { type Fault, fault } from "./fault.ts";
import { type Unsigned, unsignedBlocks } from "./unsigned.ts";

export type Verification = {
  blocks: number;
  entries: number;
  /** Entries that no block holds yet: nothing can be said of them. */
  unsealed: number;
  /** The newest block that a checkpoint signed. Null: none; a chain made anew as a whole would look right. */
  anchoredTo: number | null;
  /** Older blocks behind that one. Of a chain that ends before the last signed block nothing is told. */
  unsigned: Unsigned | null;
  faults: Fault[];
};

type Options = {
  /** Null: without any. */
  checkpoints: Checkpoints | null;
  /** When the checkpoints were copied from where they are written. */
  copiedAt?: Date;
  onProgress?: (entries: number, of: number) => void;
};

/** Walks the chain from its first block. `client` is in a transaction that sees one state (repeatable read). */
export async function verifyAudit(client: ClientBase, options: Options): Promise<Verification> {
  const { statements = [], forged = [] } = options.checkpoints ?? {};
  const signed = signedBlocks(statements);
  const dropped = new Set(statements.flatMap((one) => (one.kind === "drop" ? [one.month] : [])));
  const beginnings = await eras(client);
  const chain = await chainOf(client);
  const faults = forged.map((line) =>
    fault("checkpoint forged", {}, `line ${line} of the checkpoints is not signed by this key as it stands`),
  );
  let previous: Block | null = null;
  let entries = 0;
  for (;;) {
    const batch = await blocksAfter(client, previous?.number ?? 0);
    if (batch.length === 0) break;
    for (const run of runsOf(batch)) {
      const found = await entriesOf(client, run, previous, beginnings);
      let taken = 0;
      for (const block of run) {
        const isLast = block === run.at(-1);
        const end = isLast ? -1 : found.findIndex((entry, at) => at >= taken && isBehind(entry, block.last));
        const own = found.slice(taken, end === -1 ? undefined : end);
        taken += own.length;
        faults.push(...(await linkFaults(client, block, previous, signed)));
        faults.push(...(await compareBlock(client, block, own, dropped)));
        previous = block;
        entries += block.entryIds.length;
      }
      options.onProgress?.(entries, chain.entries);
    }
  }
  const last = previous?.number ?? 0;
  faults.push(...tailFaults(signed, last));
  const newest = [...signed.keys()].filter((number) => number <= last);
  const anchoredTo = newest.length === 0 ? null : Math.max(...newest);
  const isShort = anchoredTo !== null && Math.max(...signed.keys()) < last;
  return {
    blocks: chain.blocks,
    entries,
    unsealed: await countUnsealed(client, previous),
    anchoredTo,
    unsigned: isShort ? await unsignedBlocks(client, anchoredTo, options.copiedAt ?? null) : null,
    faults,
  };
}

function signedBlocks(statements: Checkpoints["statements"]): Signed {
  const signed = new Map<number, Set<string>>();
  for (const { block, hash } of statements) signed.set(block, (signed.get(block) ?? new Set()).add(hash));
  return signed;
}

/** Blocks whose entries one reading finds: of one order, and unchanged. A changed one stands alone. */
function runsOf(batch: readonly Block[]): Block[][] {
  const runs: Block[][] = [];
  for (const block of batch) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    const belongs =
      last !== undefined && [last, block].every(isIntact) && last.entriesAfter === block.entriesAfter;
    if (belongs) run?.push(block);
    else runs.push([block]);
  }
  return runs;
}

/** All that stands now between the block before the run and its end. Of a changed block what it names: its end says nothing. */
async function entriesOf(
  client: ClientBase,
  run: readonly Block[],
  previous: Block | null,
  beginnings: readonly string[],
): Promise<Entry[]> {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return [];
  if (!isIntact(first)) {
    return (await entriesNamed(client, first.entryIds)).toSorted((a, b) => (isBehind(a, b) ? 1 : -1));
  }
  const after = first.entriesAfter;
  const until = beginnings.find((id) => id > after) ?? LAST_ID;
  const from: Place =
    previous !== null && previous.entriesAfter === after ? previous.last : { transaction: 0, id: FIRST_ID };
  return entriesIn(client, { from, to: last.last, after, until });
}

async function countUnsealed(client: ClientBase, last: Block | null): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::float8 as count from app_private.audit_entries
      where (audit_entries.transaction_id, audit_entries.id) > ($1::bigint, $2::uuid) and audit_entries.id > $3`,
    [last?.last.transaction ?? 0, last?.last.id ?? FIRST_ID, last?.entriesAfter ?? FIRST_ID],
  );
  return rows[0]?.count ?? 0;
}
