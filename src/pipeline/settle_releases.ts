import type { ClientBase } from "pg";
import type { ClaimedCapture } from "./judge.ts";

/** Those that were in quarantine before: their cases must learn what became of them. */
export function releasedOf(captures: readonly ClaimedCapture[]): ReadonlySet<string> {
  return new Set(captures.filter(({ released_at }) => released_at !== null).map(({ id }) => id));
}

/** Tells the cases of the released ones among these captures, in the transaction that processed them. */
export async function settleReleases(
  client: ClientBase,
  judgements: readonly { id: string }[],
  released: ReadonlySet<string>,
): Promise<void> {
  const ids = judgements.map(({ id }) => id).filter((id) => released.has(id));
  if (ids.length > 0) await client.query("select app_private.settle_releases($1, now())", [ids]);
}
