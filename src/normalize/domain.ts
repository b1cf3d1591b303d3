import { domainToASCII } from "node:url";

const ASCII_DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;
// Checked before domainToASCII, which would also decode percent signs and numeric addresses.
const ANY_SCRIPT = /^[\p{L}\p{M}\p{N}.-]+$/u;
const LONGEST = 253;
const LONGEST_LABEL = /[^.]{64}/;

/**
 * A domain in lower case and ASCII (`münchen.de` is `xn--mnchen-3ya.de`). Refuses what has no dot, addresses made
 * of numbers, empty labels and labels over 63 characters.
 */
export function asciiDomain(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  const lower = text.toLowerCase();
  const domain = isPlain(lower) ? lower : ANY_SCRIPT.test(lower) ? domainToASCII(lower) : "";
  return domain.length <= LONGEST && ASCII_DOMAIN.test(domain) && !LONGEST_LABEL.test(domain)
    ? domain
    : undefined;
}

// Punycode takes the longer road too, where it is validated.
function isPlain(domain: string): boolean {
  return ASCII_DOMAIN.test(domain) && !domain.includes("xn--");
}
