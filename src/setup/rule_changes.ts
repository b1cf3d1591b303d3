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
  const stays = longestInOrder(placesIn(before, after));
  const staying = new Set(stays.values());
  return {
    gone: loose(current, before, (at) => staying.has(at)),
    come: loose(wanted, after, (at) => stays.has(at)),
  };
}

function loose(entries: readonly Entry[], keys: readonly string[], stays: (at: number) => boolean): Loose[] {
  let gap = 0;
  return entries.flatMap((entry, at): Loose[] => {
    if (!stays(at)) return [{ entry, key: keys[at] ?? "", position: at + 1, gap }];
    gap += 1;
    return [];
  });
}

/** Where each of `after` stood before; of equal ones the first that is left. Undefined: nowhere. */
function placesIn(before: readonly string[], after: readonly string[]): (number | undefined)[] {
  const places = new Map<string, number[]>();
  for (const [at, key] of before.entries()) {
    const same = places.get(key);
    if (same === undefined) places.set(key, [at]);
    else same.push(at);
  }
  return after.map((key) => places.get(key)?.shift());
}

/** The longest ascending choice of these numbers: index → number. Takes ten thousand in a moment, as a table would not. */
function longestInOrder(numbers: readonly (number | undefined)[]): Map<number, number> {
  const ends: number[] = []; // ends[n]: index of the least number at which n + 1 ascending ones end
  const earlier = new Map<number, number | undefined>();
  numbers.forEach((number, at) => {
    if (number === undefined) return;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    earlier.set(at, ends[low - 1]);
    ends[low] = at;
  });
  const chosen = new Map<number, number>();
  for (let at = ends.at(-1); at !== undefined; at = earlier.get(at)) chosen.set(at, numbers[at] ?? 0);
  return chosen;
}
