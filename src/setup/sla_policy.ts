import { z } from "zod";
import { LEAD_STATUSES } from "../contracts/statuses.ts";
import { Slug } from "./slug.ts";
import { Threshold } from "./threshold.ts";

/** Statuses in which somebody still has something to do. */
const OPEN_STATUSES = LEAD_STATUSES.filter((status) => !status.startsWith("closed_"));

/** How long something may take, and what its clock does: docs/sla.md. */
export const SlaPolicy = z.strictObject({
  slug: Slug,
  territory: Slug,
  kind: z.enum(["first_response", "next_response", "stage_time", "outcome"]).default("first_response"),
  source: Slug.nullable().default(null),
  status: z.enum(OPEN_STATUSES).nullable().default(null),
  target_seconds: z.int().min(1).max(31_536_000),
  /** Which seconds count: those of the calendar where the lead lives, or every one. */
  time: z.enum(["working", "calendar"]).default("calendar"),
  thresholds: z.array(Threshold).min(1).prefault([80, 100, 150]),
  /** What stops it beside what always does. */
  stops_on: z.array(z.enum(["response", "status_change", "acceptance"])).default([]),
  /** Statuses it rests in; customer: between our response and the person's next word. */
  pauses_on: z.array(z.enum(["customer", ...OPEN_STATUSES])).default([]),
  /** No pause is longer, in calendar seconds: then the clock goes on by itself. Left out: only pauses by hand that have an end. */
  max_pause_seconds: z.int().min(1).max(31_536_000).nullable().default(null),
  /** What the next owner gets: the clock as it stands, or a fresh one. */
  on_reassign: z.enum(["continue", "restart"]).default("continue"),
});
