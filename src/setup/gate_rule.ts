import { z } from "zod";
import { LEAD_FIELDS } from "../normalize/edits.ts";

const left = <Item extends z.ZodType>(item: Item) => item.nullable().default(null);

/** What each rule asks of a lead; one thing each. */
export const GATE_QUESTIONS = [
  "account_status",
  "older_than_days",
  "score_below",
  "doubtful",
  "missing",
  "condition",
] as const;

/** What holds back a lead that nobody owns yet, in a territory and everything below it. */
export const GateRule = z
  .strictObject({
    territory: z.string(),
    /** Only leads that came from there first. */
    source: left(z.string()),
    /** The company's account is one of these. */
    account_status: left(z.array(z.enum(["active", "on_hold", "former"])).min(1)),
    /** Nothing was heard of the person for so long. */
    older_than_days: left(z.int().min(1).max(36_500)),
    score_below: left(z.int().min(1).max(100)),
    /** The lead may be the same person as another one. */
    doubtful: left(z.literal(true)),
    /** It does not say one of these fields. */
    missing: left(z.array(z.enum(LEAD_FIELDS, { error: `must be one of ${LEAD_FIELDS.join(", ")}` })).min(1)),
    condition: left(z.string().trim().min(1, "must not be empty").max(1000)),
    result: z.enum(["automate", "review", "blocked"]),
  })
  .refine(
    (rule) => GATE_QUESTIONS.filter((question) => rule[question] !== null).length === 1,
    `needs one of ${GATE_QUESTIONS.join(", ")}`,
  );
export type GateRule = z.infer<typeof GateRule>;
