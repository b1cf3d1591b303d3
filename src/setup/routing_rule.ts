import { z } from "zod";

const Words = z.string().trim().min(1, "must not be empty").max(1000).nullable().default(null);
const Score = z.int().min(0).max(100).nullable().default(null);

/** Whose the leads of a territory and everything below it are, other than its team's. What is left out matches anything. */
export const RoutingRule = z
  .strictObject({
    territory: z.string(),
    source: z.string().nullable().default(null),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, "must be a country of two capital letters, as DE")
      .nullable()
      .default(null),
    segment: Words,
    language: Words,
    /** Both included. */
    score_min: Score,
    score_max: Score,
    condition: Words,
    person: z.string().nullable().default(null),
    team: z.string().nullable().default(null),
    /** Of who owned the lead last; a lead that nobody owned yet is not met. */
    manager_of_last_owner: z.literal(true).nullable().default(null),
  })
  .refine(
    ({ person, team, manager_of_last_owner }) =>
      [person, team, manager_of_last_owner].filter((target) => target !== null).length === 1,
    "needs one of person, team, manager_of_last_owner",
  );
export type RoutingRule = z.infer<typeof RoutingRule>;
