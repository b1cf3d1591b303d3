import { z } from "zod";

/** What the importing process is asked to do. */
export const BulkOrder = z.object({ workerUrl: z.string(), file: z.string() });

/** `peakBytes`: the most memory above that of the process before it opened the file. */
export const BulkResult = z.object({ rows: z.number(), seconds: z.number(), peakBytes: z.number() });
export type BulkResult = z.infer<typeof BulkResult>;
