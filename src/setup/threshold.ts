import { z } from "zod";
import { LEAD_STATUSES } from "../contracts/statuses.ts";
import { Slug } from "./slug.ts";

const NAMES = ["notify_owner", "notify_manager", "notify_channel", "reassign", "open_exception"] as const;

const SAYS = `must be one of ${NAMES.join(", ")}, { notify_channel: a team }, { set_status: a status }`;

const Action = z.union([
  z.enum(NAMES, SAYS),
  /** The channel of that team instead of the territory's. */
  z.strictObject({ notify_channel: Slug }, SAYS),
  z.strictObject({ set_status: z.enum(LEAD_STATUSES, `must be one of ${LEAD_STATUSES.join(", ")}`) }, SAYS),
]);

/**
 * Percent of a clock's target, and what is done there. `80` alone is `{ at: 80 }`, which does what is done by default
 * (app_private.threshold_actions).
 */
export const Threshold = z.preprocess(
  (value) => (typeof value === "number" ? { at: value } : value),
  z.strictObject({
    at: z.int().min(1).max(10_000),
    do: z.array(Action).max(10).nullable().default(null),
  }),
);
export type Threshold = z.infer<typeof Threshold>;

/** A threshold as `plan` shows it: `80`, `150: reassign, set_status nurturing`. */
export function sayThreshold(threshold: Threshold): string {
  if (threshold.do === null) return String(threshold.at);
  const actions = threshold.do.map((action) =>
    typeof action === "string" ? action : Object.entries(action).flat().join(" "),
  );
  return `${threshold.at}: ${actions.join(", ") || "nothing"}`;
}
