import type { ClientBase } from "pg";
import { type Fault, fault } from "./fault.ts";

/** Blocks behind the last signed head that the job should have signed long ago. `since`: when the first was sealed. */
export type Unsigned = { from: number; to: number; since: Date };

/** `copiedAt`: when the file was copied from where it is written; what was sealed later cannot be in it. Null: now. */
export async function unsignedBlocks(
  client: ClientBase,
  anchoredTo: number,
  copiedAt: Date | null,
): Promise<Unsigned | null> {
  const { rows } = await client.query<Unsigned>(UNSIGNED, [anchoredTo, copiedAt]);
  return rows[0] ?? null;
}

/** A file from which whole lines were taken holds no wrong line: only what it does not sign tells of it. */
export function unsignedFaults({
  unsigned,
  anchoredTo,
}: {
  unsigned: Unsigned | null;
  anchoredTo: number | null;
}): Fault[] {
  if (unsigned === null) return [];
  const { from, to, since } = unsigned;
  const detail =
    `blocks ${from} to ${to}, since ${since.toISOString()}, and the last checkpoint is of block ${anchoredTo}: the file was ` +
    "shortened, or signing has stopped (`catchment doctor`), or another host signs (verify with its file); of a copy " +
    "say when it was made (--copied-at)";
  return [fault("not signed", { block: from }, detail)];
}

/** The job signs each minute. */
const UNSIGNED = `
  select min(audit_blocks.number)::int as "from", max(audit_blocks.number)::int as "to", min(audit_blocks.sealed_at) as since
    from app_private.audit_blocks
   where audit_blocks.number > $1 and audit_blocks.sealed_at < coalesce($2, now()) - interval '10 minutes'
  having count(*) > 0`;
