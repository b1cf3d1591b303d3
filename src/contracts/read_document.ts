import { parseExactly } from "./exact_numbers.ts";
import { MAX_VIOLATIONS, pointerStep, type Violation, violation } from "./violation.ts";

export type Reading = { ok: true; document: unknown } | { ok: false; violations: Violation[] };

const MAX_DEPTH = 64;
const utf8 = new TextDecoder("utf-8", { fatal: true }); // drops a byte order mark
const SUSPECT_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/; // NUL or any surrogate
const PARSER_POSITION = / at position (\d+) \(line \d+ column \d+\)$/;

/**
 * Raw bytes into a document that Postgres can hold: UTF-8, JSON, at most 64 levels deep, no NUL and no half
 * surrogate pair. Of a key that stands twice in an object the last one wins, as everywhere in JavaScript.
 * `__proto__` is a key like any other: JSON.parse defines it on the object and pollutes nothing.
 */
export function readDocument(body: Uint8Array): Reading {
  if (isDeeperThan(MAX_DEPTH, body)) return unreadable(`is nested deeper than ${MAX_DEPTH} levels`);
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return unreadable("is not UTF-8 text");
  }
  if (text.trim() === "") return unreadable("is empty");
  let document: unknown;
  try {
    document = parseExactly(text);
  } catch (error) {
    return unreadable(`is not JSON${positionOf(error)}`);
  }
  if (!SUSPECT_ESCAPE.test(text)) return { ok: true, document };
  const violations: Violation[] = [];
  findUnstorable(document, "", violations);
  return violations.length > 0 ? { ok: false, violations } : { ok: true, document };
}

function unreadable(message: string): Reading {
  return { ok: false, violations: [violation("unreadable", "", `the body ${message}`)] };
}

// Runs before JSON.parse, on bytes and without recursion, so that a million brackets cost a loop and no stack.
function isDeeperThan(limit: number, body: Uint8Array): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (inString) {
      if (byte === 0x5c /* \ */) at++;
      else if (byte === 0x22 /* " */) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b /* [ */ || byte === 0x7b /* { */) {
      depth++;
      if (depth > limit) return true;
    } else if (byte === 0x5d /* ] */ || byte === 0x7d /* } */) depth--;
  }
  return false;
}

// Of the parser's message only the position: the rest may quote the body, which is personal data.
function positionOf(error: unknown): string {
  const position = error instanceof Error ? PARSER_POSITION.exec(error.message)?.[1] : undefined;
  return position === undefined ? "" : ` (at character ${position})`;
}

// Recursion is safe here: the depth was checked before.
function findUnstorable(value: unknown, path: string, found: Violation[]): void {
  if (found.length >= MAX_VIOLATIONS) return;
  if (typeof value === "string") {
    const fault = faultOf(value);
    if (fault) found.push(violation("unreadable", path, fault));
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) findUnstorable(item, `${path}/${at}`, found);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (found.length >= MAX_VIOLATIONS) return;
      const place = path + pointerStep(key);
      const fault = faultOf(key);
      if (fault) found.push(violation("unreadable", place, `a key ${fault}`));
      findUnstorable(item, place, found);
    }
  }
}

function faultOf(text: string): string | undefined {
  if (text.includes("\u0000")) return "contains the character U+0000, which the database cannot hold";
  if (!text.isWellFormed()) return "contains half a surrogate pair, which the database cannot hold";
  return undefined;
}
