/** What can be followed. */
export type Kind = "lead" | "queue" | "exception";

/** What the database announced. `ids`: which rows, opaque; null: many, or none in particular. */
export type Change = { kind: Kind; ids: string[] | null };

/** Null for what nobody of us wrote: every login may notify. */
export function readChange(payload: string): Change | null {
  const [, kind, ids] = FORM.exec(payload) ?? [];
  if (kind !== "lead" && kind !== "queue" && kind !== "exception") return null;
  return { kind, ids: ids === undefined ? null : ids.split(",") };
}

const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const FORM = new RegExp(`^(lead|queue|exception)(?: (${ID}(?:,${ID})*))?$`);
