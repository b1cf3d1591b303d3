import { z } from "zod";
import { Slug } from "./slug.ts";

const Seconds = z.int().min(1).max(31_536_000);

/** What an organization wants otherwise for a kind of exception. What is left out stays as shipped. */
export const ExceptionOverride = z.strictObject({
  kind: z.string(),
  /** Whose the cases are, wherever this team reaches. */
  team: Slug.optional(),
  /** Who has them next; left out: whom the team escalates to. */
  fallback: Slug.optional(),
  acknowledge_seconds: Seconds.optional(),
  resolve_seconds: Seconds.optional(),
  /** How often the last team of the chain is reminded. */
  remind_seconds: z.int().min(3_600).max(31_536_000).optional(),
  time: z.enum(["working", "calendar"]).optional(),
  /** While such a case of a lead is open no rule gives the lead to somebody else. */
  holds_automation: z.boolean().optional(),
});
type ExceptionOverride = z.infer<typeof ExceptionOverride>;

/** A kind of exception as it is shipped: every kind has one. */
export const ExceptionPolicy = z.strictObject({
  kind: z.string(),
  duty: z.enum(["capture", "execution", "system", "incident", "operations"]),
  team: Slug.nullable().default(null),
  fallback: Slug.nullable().default(null),
  acknowledge_seconds: Seconds.nullable().default(null),
  resolve_seconds: Seconds,
  remind_seconds: z.int().min(3_600).default(86_400),
  time: z.enum(["working", "calendar"]).default("calendar"),
  holds_automation: z.boolean().default(false),
  runbook: z.string(),
});
export type ExceptionPolicy = z.infer<typeof ExceptionPolicy>;

/**
 * The shipped policies with what the organization wants otherwise. Who shortens the time to resolve alone shortens that to
 * acknowledge with it.
 */
export function overridden(
  shipped: readonly ExceptionPolicy[],
  overrides: readonly ExceptionOverride[],
): ExceptionPolicy[] {
  const wanted = new Map(overrides.map((override) => [override.kind, override]));
  return shipped.map((policy) => {
    const own = wanted.get(policy.kind);
    if (own === undefined) return policy;
    const resolve = own.resolve_seconds ?? policy.resolve_seconds;
    const acknowledge = own.acknowledge_seconds ?? policy.acknowledge_seconds;
    return ExceptionPolicy.parse({
      ...policy,
      ...own,
      acknowledge_seconds: acknowledge === null ? null : Math.min(acknowledge, resolve),
    });
  });
}
