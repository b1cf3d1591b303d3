import { normalizeCompanyDomain } from "../../normalize/company.ts";
import { normalizeEmail } from "../../normalize/email.ts";
import { normalizePhone } from "../../normalize/phone.ts";

export type Key = { kind: "email" | "phone" | "domain"; value: string };

/**
 * A key as arrivals bring it: an e-mail address has an @, a telephone number only digits and signs (a national one is read
 * for `country`), all else is a domain. Undefined for what is none of them, and for the domain of a mailbox provider: it
 * would silence half of the people.
 */
export function readKey(text: string, country: string | null): Key | undefined {
  const trimmed = text.trim();
  if (trimmed.includes("@")) return keyOf("email", normalizeEmail(trimmed));
  if (/^[+\d()./\s-]+$/.test(trimmed)) return keyOf("phone", normalizePhone(trimmed, [country])?.number);
  return keyOf("domain", normalizeCompanyDomain(trimmed));
}

function keyOf(kind: Key["kind"], value: string | undefined): Key | undefined {
  return value === undefined ? undefined : { kind, value };
}
