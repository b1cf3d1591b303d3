import { cleanLine } from "./text.ts";

/** Longest name kept, in characters; real ones end far below. */
const LONGEST = 200;

/**
 * A name in its one shape. Case, script and particles stay as typed: "van der Berg", "MacLeod" and "DE SOUZA"
 * cannot be told from mistakes, and nobody likes to see their name corrected.
 */
export function normalizeName(text: string): string | undefined {
  return cleanLine(text, LONGEST);
}
