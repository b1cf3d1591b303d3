import type { ClientBase } from "pg";

/** Where an entry stands: entries are in the order of the transaction that wrote them, then of their id. */
export type Place = { transaction: number; id: string };

export type Entry = Place & { text: string };

/** What stands behind `from` up to `to`, of ids behind `after` up to `until` (see `Block.entriesAfter`). */
export type Range = { from: Place; to: Place; after: string; until: string };

/** The exact text whose bytes are hashed, as app_private.audit_bytes has it. Said twice on purpose: who seals does not verify. */
const TEXT = `jsonb_build_array(
  entries.id, entries.transaction_id, entries.territory_id, entries.entity, entries.entity_id, entries.action, entries.actor_id, entries.login,
  entries.trace_id, extract(epoch from entries.recorded_at), entries.changes)::text`;

export const FIRST_ID = "00000000-0000-0000-0000-000000000000";
export const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const SELECT = `select entries.id, entries.transaction_id::float8 as transaction, ${TEXT} as text from app_private.audit_entries as entries`;

export async function entriesIn(client: ClientBase, { from, to, after, until }: Range): Promise<Entry[]> {
  const { rows } = await client.query<Entry>(
    `${SELECT}
      where (entries.transaction_id, entries.id) > ($1::bigint, $2::uuid) and (entries.transaction_id, entries.id) <= ($3::bigint, $4::uuid)
        and entries.id > $5 and entries.id <= $6
      order by entries.transaction_id, entries.id`,
    [from.transaction, from.id, to.transaction, to.id, after, until],
  );
  return rows;
}

/** Those of these ids that are there, wherever they stand. */
export async function entriesNamed(client: ClientBase, ids: readonly string[]): Promise<Entry[]> {
  if (ids.length === 0) return [];
  return (await client.query<Entry>(`${SELECT} where entries.id = any ($1)`, [ids])).rows;
}

export function isBehind(entry: Place, place: Place): boolean {
  return (
    entry.transaction > place.transaction || (entry.transaction === place.transaction && entry.id > place.id)
  );
}

/** The month (UTC) in which an entry is kept, from the instant in its id (uuidv7). */
export function monthOf(id: string): string {
  const milliseconds = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
  return new Date(milliseconds).toISOString().slice(0, 7).replace("-", "_");
}
