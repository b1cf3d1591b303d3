/** What a lead can be; also the stage of its deal. A house test holds it to what the database admits. */
export const LEAD_STATUSES = [
  "new",
  "attempting_to_contact",
  "contacted",
  "qualified",
  "nurturing",
  "closed_won",
  "closed_lost",
] as const;
