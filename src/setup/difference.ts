import { canonicalJson } from "./digest.ts";
import { changedPointers } from "./pointers.ts";
import { ruleChanges } from "./rule_changes.ts";
import { type Entry, PARTS, type Part, type Row, type State } from "./state.ts";

/** Values are left out where they may be personal, and of contracts, whose fields are JSON pointers. */
export type FieldChange = {
  field: string;
  how: "added" | "changed" | "removed";
  before?: unknown;
  after?: unknown;
};

export type Change = {
  part: Part;
  /** `close`: rules and unused territories go, everything else is switched off and keeps its history. */
  action: "add" | "change" | "close";
  name: string;
  fields: FieldChange[];
  /** Of a contract. */
  version?: { from: number | null; to: number };
};

/** What must change so that `current` becomes `wanted`. Pure; empty when they are the same. */
export function difference(current: State, wanted: State): Change[] {
  return PARTS.flatMap((part): Change[] => {
    if (part === "contracts") return contractChanges(current.contracts, wanted.contracts);
    if (isListOfRules(part)) {
      return ruleChanges(current[part], wanted[part]).map(({ action, name, before, after, position }) => ({
        part,
        action,
        name,
        fields: position === undefined ? fieldChanges(part, before, after) : [moved(position)],
      }));
    }
    return namedChanges(part, current[part], wanted[part]);
  });
}

function isListOfRules(part: Part): boolean {
  return part.endsWith("_rules") && part !== "retention_rules"; // which have names
}

/** Personal data stays out of plans: they are pasted into tickets and chats. */
const PERSONAL: Partial<Record<Part, readonly string[]>> = {
  actors: ["name", "email"],
  sign_ins: ["subject"],
  teams: ["contact_name"],
  notification_channels: ["address"],
};

/** These are never taken away: a closed path keeps its own for the day it opens again, a kind may still be open. */
const STAYING: readonly Part[] = ["responsibilities", "exception_policies"];

function namedChanges(part: Part, current: readonly Entry[], wanted: readonly Entry[]): Change[] {
  const before = new Map(current.map((entry) => [entry.name, entry.fields]));
  const after = new Set(wanted.map(({ name }) => name));
  const made = wanted.flatMap(({ name, fields }): Change[] => {
    const old = before.get(name);
    const changes = fieldChanges(part, old, fields);
    if (old === undefined) return [{ part, action: "add", name, fields: changes }];
    return changes.length === 0 ? [] : [{ part, action: "change", name, fields: changes }];
  });
  const gone = STAYING.includes(part) ? [] : current.filter(({ name }) => !after.has(name));
  return [...made, ...gone.map(({ name }): Change => ({ part, action: "close", name, fields: [] }))];
}

function fieldChanges(part: Part, before: Row | undefined, after: Row | undefined): FieldChange[] {
  if (after === undefined) return [];
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])];
  return fields.flatMap((field): FieldChange[] => {
    const [old, next] = [before?.[field] ?? null, after[field] ?? null];
    if (canonicalJson(old) === canonicalJson(next)) return [];
    const how = old === null ? "added" : next === null ? "removed" : "changed";
    if (PERSONAL[part]?.includes(field)) return [{ field, how }];
    return [{ field, how, before: old, after: next }];
  });
}

function moved({ before, after }: { before: number; after: number }): FieldChange {
  return { field: "position", how: "changed", before, after };
}

function contractChanges(current: readonly Entry[], wanted: readonly Entry[]): Change[] {
  const before = new Map(current.map((entry) => [entry.name, entry.fields]));
  return wanted.flatMap(({ name, fields }): Change[] => {
    const old = before.get(name);
    if (old === undefined) {
      return [{ part: "contracts", action: "add", name, fields: [], version: { from: null, to: 1 } }];
    }
    const changes = changedPointers(old.definition, fields.definition);
    const from = Number(old.version);
    const version = { from, to: from + 1 };
    return changes.length === 0
      ? []
      : [{ part: "contracts", action: "change", name, fields: changes, version }];
  });
}
