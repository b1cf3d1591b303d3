import { createHash } from "node:crypto";
import type { ClientBase } from "pg";
import { type Block, isSealed } from "./blocks.ts";
import { type Entry, entriesNamed, monthOf } from "./entries.ts";
import { type Fault, fault } from "./fault.ts";

/**
 * What a block sealed against what stands in its place now, in order. Entries of a month that was dropped behind a
 * signed checkpoint may be absent.
 */
export async function compareBlock(
  client: ClientBase,
  block: Block,
  found: readonly Entry[],
  dropped: ReadonlySet<string>,
): Promise<Fault[]> {
  const { number, entryIds, entryHashes } = block;
  const texts = new Map(found.map(({ id, text }) => [id, text]));
  const sealed = new Set(entryIds);
  const changed = entryIds.filter(
    (id, at) => texts.has(id) && hashOf(texts.get(id) ?? "") !== entryHashes[at],
  );
  const absent = entryIds.filter((id) => !texts.has(id));
  const elsewhere = new Set((await entriesNamed(client, absent)).map(({ id }) => id));
  const gone = absent.filter((id) => !elsewhere.has(id) && !dropped.has(monthOf(id)));
  const foreign: string[] = [];
  for (const { id } of found) if (!sealed.has(id) && !(await isSealed(client, id))) foreign.push(id);
  const inOrder = found.filter(({ id }) => sealed.has(id)).map(({ id }) => id);
  const expected = entryIds.filter((id) => texts.has(id));
  return [
    ...changed.map((id) => fault("entry changed", { block: number, entry: id }, "it is not what was sealed")),
    ...gone.map((id) =>
      fault("entry deleted", { block: number, entry: id }, "it was sealed and is not there"),
    ),
    ...[...elsewhere].map((id) =>
      fault(
        "entry moved",
        { block: number, entry: id },
        "it stands at another place of the order than when it was sealed",
      ),
    ),
    ...foreign.map((id) =>
      fault("entry inserted", { block: number, entry: id }, "it was not there when its place was sealed"),
    ),
    ...(inOrder.join() === expected.join()
      ? []
      : [
          fault(
            "entries reordered",
            { block: number },
            "the block names its entries in another order than they have",
          ),
        ]),
  ];
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
