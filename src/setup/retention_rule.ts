import { z } from "zod";
import { LEAD_STATUSES } from "../contracts/statuses.ts";
import { Slug } from "./slug.ts";

/** For how long a client keeps what; without a rule everything is kept. */
export const RetentionRule = z.strictObject({
  slug: Slug,
  /** A root: the client. */
  territory: Slug,
  subject: z.enum(["leads", "processed_captures", "refused_captures", "captures", "notifications"]),
  status: z.enum(LEAD_STATUSES).nullable().default(null),
  /** Leads that have said something of this purpose. */
  purpose: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "must be a purpose of consents")
    .nullable()
    .default(null),
  /** Null: for ever, whatever a more general rule says. */
  keep_days: z.int().min(1).max(36_500).nullable(),
});
