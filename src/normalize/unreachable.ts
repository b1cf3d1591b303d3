import { NORMALIZED_FIELDS, type NormalizedField } from "../contracts/fields.ts";
import { MAX_VIOLATIONS, pointerStep, type Violation, violation } from "../contracts/violation.ts";
import type { Attributes } from "./attributes.ts";
import { isNoNumber } from "./placeholder.ts";

/** What a field is not, when it could not be read. */
export const RULES: { [field in NormalizedField]?: string } = {
  email: "is not an e-mail address",
  phone: "is not a telephone number, neither in international form nor in that of the country",
  company_domain: "is not the domain of a company",
  postal_code: "is longer than a postal code",
  country: "is not a country",
  birth_date: "is not a day of birth (YYYY-MM-DD)",
  language: "is not a language tag (BCP 47)",
  employees: "is not a whole number without separators",
  occurred_at: "is not a time after 1990 and before tomorrow",
  value_amount: "is not a decimal number with a point",
  value_currency: "is not a currency (ISO 4217)",
};

/** Why nobody can be reached: first each field that was given but not read, last what would have been enough. */
export function explainUnreachable(attributes: Attributes, reach: readonly string[]): Violation[] {
  const unread = NORMALIZED_FIELDS.filter(
    (field) => attributes.typed[field] !== undefined && attributes[field] === undefined,
  );
  const [only, ...others] = reach;
  const path = only !== undefined && others.length === 0 ? pointerStep(only) : "";
  const refused = unread.map((field) =>
    violation("format", pointerStep(field), RULES[field] ?? "holds no text"),
  );
  if (reach.includes("phone") && isNoNumber(attributes.phone ?? ""))
    refused.push(
      violation("format", pointerStep("phone"), "is a number that many type who want to give none"),
    );
  return [
    ...refused.slice(0, MAX_VIOLATIONS - 1),
    violation("missing", path, `must have a valid value in at least one of: ${reach.join(", ")}`),
  ];
}
