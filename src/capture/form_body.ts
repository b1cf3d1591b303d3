import { type Violation, violation } from "../contracts/violation.ts";
import { textOf } from "./media_type.ts";

/** Fields by name; one that stands several times is a list. */
export type Fields = Record<string, string | string[]>;
export type FormReading = { ok: true; fields: Fields } | { ok: false; violations: Violation[] };

/** As many as a form could have; more are an attack. */
const MOST_FIELDS = 1_000;

/**
 * A body of application/x-www-form-urlencoded. Refuses bytes that are not text of its charset (UTF-8 unless it says
 * otherwise) and what Postgres cannot hold. A broken %-escape is kept as it was typed, as browsers do.
 */
export function readForm(body: Buffer, charset?: string): FormReading {
  const pairs: [string, string][] = [];
  let start = 0;
  while (start <= body.length && pairs.length <= MOST_FIELDS) {
    const found = body.indexOf(AMPERSAND, start);
    const end = found === -1 ? body.length : found;
    if (end > start) {
      const pair = readPair(body.subarray(start, end), charset);
      if (pair === undefined) return refused(`is not text in ${charset ?? "UTF-8"}`);
      pairs.push(pair);
    }
    start = end + 1;
  }
  return fieldsOf(pairs);
}

/** Refuses more fields than a form has, and text that the database cannot hold. */
export function fieldsOf(pairs: readonly (readonly [string, string])[]): FormReading {
  if (pairs.length === 0) return refused("has no fields");
  if (pairs.length > MOST_FIELDS) return refused(`has more than ${MOST_FIELDS} fields`);
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    if ((name + value).includes("\u0000")) return refused("contains the character U+0000");
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [before, value].flat());
  }
  return { ok: true, fields: Object.fromEntries(fields) };
}

export function refused(message: string): { ok: false; violations: Violation[] } {
  return { ok: false, violations: [violation("unreadable", "", `the body ${message}`)] };
}

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PLUS = 0x2b;
const PERCENT = 0x25;
const SPACE = 0x20;

function readPair(pair: Buffer, charset: string | undefined): [string, string] | undefined {
  const at = pair.indexOf(EQUALS);
  const name = textOf(decoded(at === -1 ? pair : pair.subarray(0, at)), charset);
  const value = at === -1 ? "" : textOf(decoded(pair.subarray(at + 1)), charset);
  return name === undefined || value === undefined ? undefined : [name, value];
}

function decoded(escaped: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(escaped.length);
  let length = 0;
  for (let at = 0; at < escaped.length; at += 1) {
    const byte = escaped[at] ?? 0;
    const value = byte === PERCENT ? hexPair(escaped[at + 1], escaped[at + 2]) : -1;
    if (value !== -1) at += 2;
    bytes[length] = value !== -1 ? value : byte === PLUS ? SPACE : byte;
    length += 1;
  }
  return bytes.subarray(0, length);
}

/** -1: no two hexadecimal digits. */
function hexPair(high: number | undefined, low: number | undefined): number {
  const [first, second] = [hexDigit(high), hexDigit(low)];
  return first === -1 || second === -1 ? -1 : first * 16 + second;
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
