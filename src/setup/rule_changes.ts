import { canonicalJson } from "./digest.ts";
import type { Entry, Row } from "./state.ts";

type RuleChange = {
  action: "add" | "change" | "close";
  name: string;
  before?: Row;
  after?: Row;
  /** Of a rule that says the same in another place, counted from 1. */
  position?: { before: number; after: number };
};

/** `gap`: how many rules that stay stand before it. */
type Loose = { entry: Entry; key: string; position: number; gap: number };

/**
 * Rules have no names, and their order decides: what stays is the longest common sequence; the rest was moved, changed
 * in its place, added or taken away.
 */
export function ruleChanges(current: readonly Entry[], wanted: readonly Entry[]): RuleChange[] {
  const { gone, come } = looseEnds(current, wanted);
  const changes: RuleChange[] = [];
  let last = 0; // position of the last one changed in its place: pairs that cross would hide a move
  for (const next of come) {
    const isHere = (old: Loose) =>
      old.gap === next.gap && old.position > last && isKin(old.entry, next.entry);
    const same = gone.findIndex(({ key }) => key === next.key);
    const at = same >= 0 ? same : gone.findIndex(isHere);
    const [old] = at >= 0 ? gone.splice(at, 1) : [];
    if (old === undefined) changes.push({ action: "add", name: next.entry.name, after: next.entry.fields });
    else if (old.key === next.key) {
      const position = { before: old.position, after: next.position };
      changes.push({ action: "change", name: next.entry.name, position });
    } else {
      const { name, fields } = old.entry;
      last = old.position;
      changes.push({ action: "change", name, before: fields, after: next.entry.fields });
    }
  }
  return [...changes, ...gone.map(({ entry }): RuleChange => ({ action: "close", name: entry.name }))];
}

/** The same rule in other words: of the same territory, and at least one thing more is the same. */
function isKin(old: Entry, next: Entry): boolean {
  const same = Object.entries(old.fields).filter(
    ([key, value]) => value !== null && next.fields[key] === value,
  );
  return old.fields.territory === next.fields.territory && same.length >= 2;
}

function looseEnds(current: readonly Entry[], wanted: readonly Entry[]): { gone: Loose[]; come: Loose[] } {
  const before = current.map(({ fields }) => canonicalJson(fields));
  const after = wanted.map(({ fields }) => canonicalJson(fields));
  const lengths = commonLengths(before, after);
  const gone: Loose[] = [];
  const come: Loose[] = [];
  let [i, j, gap] = [0, 0, 0];
  while (i < before.length || j < after.length) {
    const [old, next] = [before[i], after[j]];
    if (old !== undefined && old === next) {
      [i, j, gap] = [i + 1, j + 1, gap + 1];
      continue;
    }
    const takesOld = next === undefined || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0);
    const [entry, key] = old !== undefined && takesOld ? [current[i], old] : [wanted[j], next];
    if (entry === undefined || key === undefined) break;
    if (old !== undefined && takesOld) gone.push({ entry, key, position: ++i, gap });
    else come.push({ entry, key, position: ++j, gap });
  }
  return { gone, come };
}

/** `lengths[i][j]`: of the longest sequence that both have from there on. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        before[i] === after[j]
          ? 1 + (lengths[i + 1]?.[j + 1] ?? 0)
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
