import { createHash } from "node:crypto";
import { readDocument } from "../contracts/read_document.ts";
import { type Violation, violation } from "../contracts/violation.ts";
import type { Event, Reading } from "./sources/source.ts";

/** What a stranger sent, taken apart without trust: whatever is not there or of another kind is undefined or empty. */

type Step = string | number;

/** Own members only: no document may lend a lead what every object inherits. */
export function at(value: unknown, ...steps: readonly Step[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

/** Text, a number or a boolean as text; undefined when it is blank or anything else. */
export function textAt(value: unknown, ...steps: readonly Step[]): string | undefined {
  const found = at(value, ...steps);
  if (typeof found === "string") return found.trim() === "" ? undefined : found;
  return typeof found === "number" || typeof found === "boolean" ? String(found) : undefined;
}

export function listAt(value: unknown, ...steps: readonly Step[]): unknown[] {
  const found = at(value, ...steps);
  return Array.isArray(found) ? found : [];
}

export function membersAt(value: unknown, ...steps: readonly Step[]): [string, unknown][] {
  const found = at(value, ...steps);
  return typeof found === "object" && found !== null && !Array.isArray(found) ? Object.entries(found) : [];
}

/** Without what is undefined: a document tells what is known. */
export function known<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
export function known(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The JSON object in these bytes, or undefined; for keys and parts, which leave complaints to `readObject`. */
export function objectIn(body: Uint8Array): object | undefined {
  const read = readDocument(body);
  return read.ok && isObject(read.document) ? read.document : undefined;
}

/** Reads an event whose body is a JSON object; any other is unreadable, and says why. */
export function readObject(event: Event, read: (document: object) => Reading): Reading {
  const parsed = readDocument(event.body);
  if (!parsed.ok) return unreadable(...parsed.violations);
  return isObject(parsed.document)
    ? read(parsed.document)
    : unreadable(violation("type", "", "must be a JSON object"));
}

export function unreadable(...violations: Violation[]): Reading {
  return { kind: "unreadable", violations };
}

export function ignored(reason: string): Reading {
  return { kind: "ignored", reason };
}

/** Parts joined to one key, however long (eventKey); undefined when one of them is missing. */
export function keyOf(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join(":");
}

/** Of what was told, for a key: two events that differ have two, and nobody reads in it what they told. */
export function digestOf(...told: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(told)).digest("hex").slice(0, 32);
}

/** An event like another, with another body: one part of what came together. */
export function partOf(event: Event, body: unknown): Event {
  return { ...event, body: Buffer.from(JSON.stringify(body)) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
