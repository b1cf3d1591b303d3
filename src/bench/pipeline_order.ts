import { z } from "zod";

/** What a process that works off a backlog is asked, once in its life. */
export const PipelineOrder = z.object({
  side: z.enum(["drain", "default", "tuned", "sketch"]),
  urls: z.object({ superuser: z.string(), api: z.string(), worker: z.string() }),
  seconds: z.number(),
  /** Its processor time and that of its backends is counted. */
  postmaster: z.number(),
});
export type PipelineOrder = z.input<typeof PipelineOrder>;

export const PipelineResult = z.object({
  /** Leads that it committed in all, warm-up included. */
  counted: z.number(),
  /** Leads a second in the measured time. */
  rate: z.number(),
  /** CPU seconds a lead. */
  node: z.number().nullable(),
  postgres: z.number().nullable(),
});
export type PipelineResult = z.infer<typeof PipelineResult>;
