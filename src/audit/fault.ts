/** What verification found, in words that a person can act on and a program can tell apart. */
export type Fault = {
  kind:
    | "entry changed"
    | "entry deleted"
    | "entry inserted"
    | "entry moved"
    | "entries reordered"
    | "block changed"
    | "block missing"
    | "blocks reordered"
    | "chain broken"
    | "chain cut"
    | "chain rewritten"
    | "checkpoint forged"
    | "no checkpoint"
    | "not signed";
  /** Number of the block; null: of none. */
  block: number | null;
  /** Id of the entry; null: not one entry. */
  entry: string | null;
  detail: string;
};

export function fault(kind: Fault["kind"], place: { block?: number; entry?: string }, detail: string): Fault {
  return { kind, block: place.block ?? null, entry: place.entry ?? null, detail };
}
