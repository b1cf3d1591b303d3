import { z } from "zod";

/** What a door answers when everything is stored (src/capture/respond.ts writes it by hand; a test compares). */
export const Receipt = z.strictObject({
  captureId: z
    .uuid()
    .meta({ description: "The arrival, for good. A repetition answers the id of the first." }),
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta({
      description: "Follows the arrival through everything that becomes of it; taken from traceparent.",
    }),
  status: z
    .enum(["pending", "known"])
    .meta({ description: "known: this Idempotency-Key, or the sender's own key, had come before." }),
  events: z.int().optional().meta({ description: "How many, when the request told of several." }),
});

/** RFC 9457. */
export const ProblemDocument = z.looseObject({
  type: z.string().meta({ description: "Stable: urn:catchment:problem: and a word." }),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  traceId: z.string().optional(),
});

export const GraphqlRequest = z.object({
  query: z.string().max(200_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** The JSON Schema that says what a zod schema says. */
export function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...said } = z.toJSONSchema(schema);
  return said;
}
