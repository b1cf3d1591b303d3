/** The closed list of what a lead may tell. A contract maps to these names and to no others. */
export const NORMALIZED_FIELDS = [
  "first_name",
  "last_name",
  "email",
  "phone",
  "company",
  "company_domain",
  "street",
  "city",
  "postal_code",
  "region",
  "country",
  "birth_date",
  "language",
  "segment",
  "employees",
  "message",
  "external_id",
  "channel",
  "campaign",
  "medium",
  "content",
  "term",
  "landing_page",
  "referrer",
  "click_id",
  "occurred_at",
  "value_amount",
  "value_currency",
] as const;

export type NormalizedField = (typeof NORMALIZED_FIELDS)[number];

/** By what a person can be reached or recognized; a lead without any of them is nobody. */
export const REACH_FIELDS = ["email", "phone", "external_id"] as const satisfies readonly NormalizedField[];
