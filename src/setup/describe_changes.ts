import type { Change, FieldChange } from "./difference.ts";
import { PARTS } from "./state.ts";

/** A difference for people, part by part, and its sum in the last line. */
export function describeChanges(changes: readonly Change[]): string[] {
  if (changes.length === 0) return ["No changes."];
  const parts = PARTS.flatMap((part) => {
    const own = changes.filter((change) => change.part === part);
    return own.length === 0 ? [] : [part, ...own.flatMap(describeChange), ""];
  });
  const count = (action: Change["action"]) => changes.filter((change) => change.action === action).length;
  return [
    ...parts,
    `Plan: ${count("add")} to add, ${count("change")} to change, ${count("close")} to close.`,
  ];
}

const SIGNS = { add: "+", change: "~", close: "-", added: "+", changed: "~", removed: "-" } as const;

function describeChange(change: Change): string[] {
  const head = `  ${SIGNS[change.action]} ${change.name}`;
  if (change.version !== undefined) {
    const { from, to } = change.version;
    const versions = from === null ? `version ${to}` : `version ${from} → ${to}`;
    return [`${head}: ${versions}`, ...change.fields.map(({ how, field }) => `      ${SIGNS[how]} ${field}`)];
  }
  if (change.action === "close") return [head];
  if (change.action === "change")
    return [head, ...change.fields.map((field) => `      ${describeField(field)}`)];
  // What a new rule says is its name.
  if (change.part.endsWith("_rules")) return [head];
  const said = change.fields.filter(({ after }) => !isNothing(after));
  return [`${head}: ${said.map(({ field, after }) => `${field} ${textOf(after)}`).join(", ")}`];
}

function describeField({ field, how, before, after }: FieldChange): string {
  if (before === undefined && after === undefined) return `${field}: ${how} (not shown: personal)`;
  if (Array.isArray(before) && Array.isArray(after)) {
    const gone = before.filter((item) => !after.includes(item)).map((item) => `- ${textOf(item)}`);
    const come = after.filter((item) => !before.includes(item)).map((item) => `+ ${textOf(item)}`);
    if (gone.length + come.length > 0) return `${field}: ${[...gone, ...come].join(", ")}`;
  }
  return `${field}: ${textOf(before)} → ${textOf(after)}`;
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(textOf).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
