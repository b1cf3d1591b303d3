import { asciiDomain } from "./domain.ts";
import { cleanLine } from "./text.ts";

const WRAPPING = /^<(.*)>$/;
const MAILTO = /^mailto:([^?]*)/i;
const LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LONGEST_LOCAL_PART = 64; // bytes, as in RFC 5321
const LONGEST = 254;

/**
 * An e-mail address as an identity: lower case altogether, the domain in ASCII. Dots and plus signs stay, since
 * who calls them meaningless merges strangers. Refuses all that is not one plain address (quoted local parts,
 * display names, domains without a dot).
 */
export function normalizeEmail(text: string): string | undefined {
  const address = bareAddress(cleanLine(text) ?? "").toLowerCase();
  const at = address.indexOf("@");
  const local = address.slice(0, Math.max(at, 0));
  if (!LOCAL_PART.test(local) || Buffer.byteLength(local) > LONGEST_LOCAL_PART) return undefined;
  const domain = asciiDomain(address.slice(at + 1)); // refuses a second @
  if (domain === undefined || Buffer.byteLength(local) + 1 + domain.length > LONGEST) return undefined;
  return `${local}@${domain}`;
}

function bareAddress(text: string): string {
  const inner = WRAPPING.exec(text)?.[1]?.trim() ?? text;
  return MAILTO.exec(inner)?.[1]?.trim() ?? inner;
}
