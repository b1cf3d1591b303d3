import { z } from "zod";

export const Clock = z
  .string('must be a time in quotes, as "09:00"')
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day, as "09:00"');

/** From Monday: their places are the database's numbers of the days. */
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Blocks of working time on these days: several a day are several entries, a night is two. */
export const WorkingHours = z
  .array(
    z
      .strictObject({ days: z.array(z.enum(DAYS)).min(1), from: Clock, to: Clock })
      .refine(({ from, to }) => from < to, "must end after it starts: split a night at 24:00"),
  )
  .max(50)
  .default([]);
