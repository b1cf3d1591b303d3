import { cleanLine } from "./text.ts";

const DECIMAL = /^([+-]?)0*(\d{1,15})(?:\.(\d{1,20}))?$/;
const THOUSANDS = /^[1-9]\d{0,2}\.\d{3}$/;
const INTEGER = /^0*(\d{1,10})(?:\.0+)?$/;
const MOST_EMPLOYEES = 2_147_483_647; // what a Postgres integer holds

/**
 * Money as decimal text, exact to the last digit. Refuses separators of thousands and the decimal comma: "1,234" means
 * different sums to different readers. A point is decimal, also before three digits: shops tell dinars so.
 */
export function normalizeAmount(text: string): string | undefined {
  const match = DECIMAL.exec(cleanLine(text) ?? "");
  if (!match) return undefined;
  const [, sign, whole, fraction] = match;
  const amount = fraction === undefined ? `${whole}` : `${whole}.${fraction}`;
  return sign === "-" && /[1-9]/.test(amount) ? `-${amount}` : amount;
}

/** ISO 4217. Refuses signs such as "$", which several currencies share. */
export function normalizeCurrency(text: string): string | undefined {
  const code = cleanLine(text)?.toUpperCase() ?? "";
  currencies ??= new Set(Intl.supportedValuesOf("currency"));
  return currencies.has(code) ? code : undefined;
}

/** A whole number of people. Refuses ranges ("50-100"), which are a segment, and "1.000", which is one or a thousand. */
export function normalizeEmployees(text: string): number | undefined {
  const typed = cleanLine(text) ?? "";
  const match = THOUSANDS.test(typed) ? null : INTEGER.exec(typed);
  const count = Number(match?.[1]);
  return count <= MOST_EMPLOYEES ? count : undefined;
}

let currencies: ReadonlySet<string> | undefined;
