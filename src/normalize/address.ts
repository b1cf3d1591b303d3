import { cleanLine } from "./text.ts";

/** The longest postal codes in use have 10 characters. */
const LONGEST = 12;

/** A postal code in upper case with single spaces. Refuses what is too long to be one. */
export function normalizePostalCode(text: string): string | undefined {
  const code = cleanLine(text)?.toUpperCase();
  return code !== undefined && code.length <= LONGEST ? code : undefined;
}
