import type { Contract } from "./contract.ts";
import { NORMALIZED_FIELDS, type NormalizedField } from "./fields.ts";
import { MAX_VIOLATIONS, pointerStep, type Violation, violation } from "./violation.ts";

export type MappedField = { field: NormalizedField; places: string[][]; constant: string | undefined };

type Mapped = { ok: true; fields: Record<string, string> } | { ok: false; violations: Violation[] };

/** Takes each field from its places, as raw text. A CSV row is an object of column and text: nothing special. */
export function mapFields(mapping: readonly MappedField[], document: unknown): Mapped {
  const fields: Record<string, string> = Object.create(null);
  const violations: Violation[] = [];
  for (const { field, places, constant } of mapping) {
    let text = "";
    for (const steps of places) {
      const part = textOf(valueAt(document, steps));
      if (part === undefined) violations.push(notText(steps));
      else if (text === "") text = part;
      else if (part !== "") text = `${text} ${part}`;
    }
    if (text !== "") fields[field] = text;
    else if (constant !== undefined) fields[field] = constant;
  }
  if (violations.length > 0) return { ok: false, violations: violations.slice(0, MAX_VIOLATIONS) };
  return { ok: true, fields };
}

export function compileMapping(contract: Contract): MappedField[] {
  return NORMALIZED_FIELDS.map((field) => ({
    field,
    places: [contract.mapping[field] ?? []].flat().map(stepsOf),
    constant: contract.constants[field],
  })).filter(({ places, constant }) => places.length > 0 || constant !== undefined);
}

/** What stands at a place that a contract names, as text; empty where nothing stands, or a list or an object. */
export function textAt(document: unknown, place: string): string {
  return textOf(valueAt(document, stepsOf(place))) ?? "";
}

/** Whether a list or an object stands where a text should: an answer nobody can read, unlike silence. */
export function isUnreadableAt(document: unknown, place: string): boolean {
  const value = valueAt(document, stepsOf(place)) ?? null;
  return value !== null && textOf(value) === undefined;
}

function stepsOf(place: string): string[] {
  if (!place.startsWith("/")) return [place];
  return place
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

// Own properties only: no document may lend a lead the name "constructor".
function valueAt(document: unknown, steps: readonly string[]): unknown {
  let value = document;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    if (Array.isArray(value) && step === "length") return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

// "" is absent; undefined is an object or a list, which is no text.
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim() === "" ? "" : value;
  if (value === undefined || value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return undefined;
}

function notText(steps: readonly string[]): Violation {
  return violation(
    "type",
    steps.map(pointerStep).join(""),
    "must be text, a number or a boolean to be mapped",
  );
}
