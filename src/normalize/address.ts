import { cleanLine } from "./text.ts";

/** The longest postal codes in use have 10 characters. */
const LONGEST = 12;

// Signs of countries whose codes begin with a digit, as people write them in front: CH-1201, D 80331, NL-1012 AB. Where the
// letters are of the code itself (LV-1010, LT-01124, MD-2001), they stay.
const SIGN =
  /^(?:A|AT|B|BE|BG|CH|CZ|D|DE|DK|E|EE|ES|F|FI|FIN|FL|FR|GR|H|HR|HU|I|IT|L|LI|LU|N|NL|NO|P|PL|PT|RO|RS|S|SE|SI|SK)(?: ?[-\u2013] ?| )(?=\d)/;
const WITHOUT_SIGN = /^(?:\d[\d -]{3,}|\d{4} ?[A-Z]{2})$/;

/**
 * A postal code in upper case with single spaces and narrow digits, without the sign of its country: rules ask for prefixes, and
 * one person writes it with the sign and without. Refuses what is too long to be one.
 */
export function normalizePostalCode(text: string): string | undefined {
  const line = cleanLine(text);
  if (line === undefined) return undefined;
  const typed = inNarrowLetters(line);
  const bare = typed.replace(SIGN, "");
  const code = WITHOUT_SIGN.test(bare) ? bare : typed;
  return code.length <= LONGEST ? code : undefined;
}

/** What a postal code begins with, as codes are kept. */
export function normalizePostalPrefix(text: string): string {
  return inNarrowLetters(text).replace(SIGN, "");
}

/** 〒１００－０００１ is 100-0001: Japanese keyboards write digits as wide as their letters, and the sign of the post before them. */
function inNarrowLetters(text: string): string {
  return text.normalize("NFKC").toUpperCase().replace(/^〒 ?/, "");
}
