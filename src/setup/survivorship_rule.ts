import { z } from "zod";
import { LEAD_FIELDS } from "../normalize/edits.ts";

const FIELDS = LEAD_FIELDS.filter((field) => field !== "value_currency"); // it comes along with the amount
const CRITERIA = ["trusted", "verified", "most_complete", "most_recent", "first"] as const;

/** By what the value of a field is chosen where touches say different things: one criterion after the other. */
export const SurvivorshipRule = z
  .strictObject({
    territory: z.string(),
    fields: unique(z.enum(FIELDS, { error: `must be one of ${FIELDS.join(", ")}` })),
    criteria: unique(z.enum(CRITERIA, { error: `must be one of ${CRITERIA.join(", ")}` })),
    /** Of `trusted`, the most trusted first. */
    trusted_sources: z.array(z.string()).default([]),
  })
  .refine(({ criteria, trusted_sources }) => criteria.includes("trusted") === trusted_sources.length > 0, {
    path: ["trusted_sources"],
    error: "belong to the criterion trusted, and it to them",
  });
export type SurvivorshipRule = z.infer<typeof SurvivorshipRule>;

function unique<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .min(1)
    .refine((items) => new Set(items).size === items.length, "must not repeat itself");
}
