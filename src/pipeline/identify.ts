import type { ReportedActivity, Subject } from "../capture/sources/source.ts";
import type { Contract } from "../contracts/contract.ts";
import { REACH_FIELDS } from "../contracts/fields.ts";
import { type Normalized, normalizeAttributes } from "../normalize/attributes.ts";

/** What of a capture says how its numbers and times are meant. */
type Home = {
  path_slug: string;
  received_at: Date;
  default_country: string | null;
  time_zone: string;
};

type Told = Pick<ReportedActivity, "occurredAt" | "valueAmount" | "valueCurrency">;

/**
 * Whom a sender means, by the same keys that its leads are known by, strongest first. Refuses a subject of which
 * no key can be read. What is told along is brought into shape, or left out when it has none.
 */
export function identify(home: Home, contract: Contract, subject: Subject, told: Told = {}): Normalized {
  const given = {
    email: subject.email,
    phone: subject.phone,
    external_id: subject.externalId,
    occurred_at: told.occurredAt,
    value_amount: told.valueAmount,
    value_currency: told.valueCurrency,
  };
  const fields: Record<string, string> = {};
  for (const [field, text] of Object.entries(given)) if (text !== undefined) fields[field] = text;
  return normalizeAttributes(fields, {
    defaultCountry: home.default_country,
    timeZone: contract.time_zone ?? home.time_zone,
    receivedAt: home.received_at,
    reach: REACH_FIELDS,
    externalIdSource: home.path_slug,
  });
}
