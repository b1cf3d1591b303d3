import { NORMALIZED_FIELDS, type NormalizedField } from "../contracts/fields.ts";
import type { Violation } from "../contracts/violation.ts";
import { normalizePostalCode } from "./address.ts";
import { normalizeAmount, normalizeCurrency, normalizeEmployees } from "./amount.ts";
import { companyDomainOfEmail, normalizeCompanyDomain } from "./company.ts";
import type { Consent } from "./consents.ts";
import { normalizeCountry } from "./country.ts";
import { normalizeEmail } from "./email.ts";
import { normalizeLanguage } from "./language.ts";
import { isRoleAddress } from "./mailbox.ts";
import { normalizeName } from "./name.ts";
import { normalizePhone } from "./phone.ts";
import { isNoNumber } from "./placeholder.ts";
import { asTyped, cleanLine, cleanMessage } from "./text.ts";
import { normalizeBirthDate, normalizeInstant } from "./time.ts";
import { explainUnreachable } from "./unreachable.ts";

export type Identity = {
  kind: "email" | "phone" | "external_id" | "person";
  value: string;
  /** An address of an office, such as info@: it joins nobody by itself. */
  role?: true;
};

/** What is known of a lead, in one shape, flat and fit for jsonb. Absent means unknown. */
export type Attributes = { [field in Exclude<NormalizedField, "employees">]?: string } & {
  /** A number, so that a rule can say `$.employees >= 50`; all else is text. */
  employees?: number;
  identities: Identity[];
  /** What the person said to which purpose; left out where the contract asks nothing. */
  consents?: Consent[];
  /** What was typed, of every field whose normalized value differs from it or is absent. */
  typed: { [field in NormalizedField]?: string };
};

export type NormalizeContext = {
  /** ISO 3166-1 alpha-2, for telephone numbers in national form. */
  defaultCountry: string | null;
  /** IANA, for local times. */
  timeZone: string;
  receivedAt: Date;
  /** Kinds of identity of which at least one must be there. */
  reach: readonly string[];
  /** Slug of the capture path: ids of different vendors must not meet. */
  externalIdSource: string;
};

export type Normalized = { ok: true; attributes: Attributes } | { ok: false; violations: Violation[] };

/**
 * Brings the mapped text of one lead into one shape. A field that cannot be read is dropped, with what was typed
 * kept, since a lead is worth more than its postal code. Refuses only whom nothing of `reach` identifies.
 */
export function normalizeAttributes(fields: Record<string, string>, context: NormalizeContext): Normalized {
  const attributes: Attributes = { identities: [], typed: {} };
  for (const field of TEXT_FIELDS) {
    const text = fields[field];
    if (text === undefined) continue;
    const value = READERS[field](text, context);
    if (value !== undefined) attributes[field] = value;
    if (value !== text) attributes.typed[field] = asTyped(text);
  }
  readPhone(attributes, fields.phone, context.defaultCountry);
  readEmployees(attributes, fields.employees);
  deriveCompanyDomain(attributes);
  attributes.identities = identitiesOf(attributes, context.externalIdSource);
  const isReachable = attributes.identities.some(({ kind }) => context.reach.includes(kind));
  return isReachable
    ? { ok: true, attributes }
    : { ok: false, violations: explainUnreachable(attributes, context.reach) };
}

type TextField = Exclude<NormalizedField, "phone" | "employees">;

const line = (text: string) => cleanLine(text);

export const READERS: Record<TextField, (text: string, context: NormalizeContext) => string | undefined> = {
  first_name: normalizeName,
  last_name: normalizeName,
  email: normalizeEmail,
  company: line,
  company_domain: normalizeCompanyDomain,
  street: line,
  city: line,
  postal_code: normalizePostalCode,
  region: line,
  country: normalizeCountry,
  birth_date: (text, { receivedAt }) => normalizeBirthDate(text, receivedAt),
  language: normalizeLanguage,
  segment: line,
  message: cleanMessage,
  external_id: line,
  channel: line,
  campaign: line,
  medium: line,
  content: line,
  term: line,
  landing_page: line,
  referrer: line,
  click_id: line,
  occurred_at: (text, { timeZone, receivedAt }) => normalizeInstant(text, timeZone, receivedAt),
  value_amount: normalizeAmount,
  value_currency: normalizeCurrency,
};

const TEXT_FIELDS = NORMALIZED_FIELDS.filter((field) => field !== "phone" && field !== "employees");

// A national number is read first for the country the lead names, and a valid one tells a country not named.
function readPhone(attributes: Attributes, text: string | undefined, defaultCountry: string | null): void {
  if (text === undefined) return;
  const phone = normalizePhone(text, [attributes.country, defaultCountry]);
  if (phone) attributes.phone = phone.number;
  if (phone?.number !== text) attributes.typed.phone = asTyped(text);
  if (phone?.country !== undefined) attributes.country ??= phone.country;
}

function readEmployees(attributes: Attributes, text: string | undefined): void {
  if (text === undefined) return;
  const employees = normalizeEmployees(text);
  if (employees !== undefined) attributes.employees = employees;
  if (`${employees}` !== text) attributes.typed.employees = asTyped(text);
}

function deriveCompanyDomain(attributes: Attributes): void {
  if (attributes.company_domain !== undefined || attributes.email === undefined) return;
  const domain = companyDomainOfEmail(attributes.email);
  if (domain !== undefined) attributes.company_domain = domain;
}

// The strongest first: resolve_leads takes them in this order.
function identitiesOf({ email, phone, external_id }: Attributes, source: string): Identity[] {
  const identities: Identity[] = [];
  if (email !== undefined) identities.push(emailIdentity(email));
  if (phone !== undefined && !isNoNumber(phone)) identities.push({ kind: "phone", value: phone });
  if (external_id !== undefined) identities.push({ kind: "external_id", value: `${source}:${external_id}` });
  return identities;
}

function emailIdentity(email: string): Identity {
  return { kind: "email", value: email, ...(isRoleAddress(email) ? { role: true } : {}) };
}
