import { z } from "zod";
import { NORMALIZED_FIELDS, REACH_FIELDS } from "./fields.ts";
import { LEAD_STATUSES } from "./statuses.ts";

const Field = z.enum(NORMALIZED_FIELDS);

/** A top-level key (or CSV column) as it is written, or a JSON pointer when it starts with a slash. */
const Place = z
  .string()
  .min(1)
  .max(500)
  .refine((place) => !place.startsWith("/") || isPointer(place), "is not a JSON pointer");

const Slug = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "is not a slug");

/** Another owner or another time for one kind of exception of this path. */
const ExceptionTerms = z
  .strictObject({
    duty: z.enum(["capture", "execution", "system", "incident", "operations"]).optional(),
    resolve_seconds: z.int().min(1).max(31_536_000).optional(),
  })
  .refine(({ duty, resolve_seconds }) => duty !== undefined || resolve_seconds !== undefined, {
    error: "needs a duty, a resolve_seconds or both",
  });

/** A purpose that people may agree to, and where their answer stands. Its words are named, by a constant or a field. */
const ConsentRule = z
  .strictObject({
    purpose: Slug,
    field: Place,
    text_version: z.string().trim().min(1).max(200).optional(),
    text_version_field: Place.optional(),
    /** When it was given; otherwise the arrival counts. */
    at_field: Place.optional(),
    /** The path demands it: a lead whose last word to this purpose is not that it is granted is held, not routed. */
    required: z.boolean().optional(),
  })
  .refine((rule) => (rule.text_version === undefined) !== (rule.text_version_field === undefined), {
    error: "needs either a text_version or a text_version_field",
  });
export type ConsentRule = z.infer<typeof ConsentRule>;

/** What gives a machine away. From `threshold` points of 100 on (src/pipeline/spam.ts) people look first. */
const SpamGuard = z
  .strictObject({
    /** A field that people do not see. */
    honeypot: Place.optional(),
    /** Where the form says how many seconds it took. */
    elapsed: Place.optional(),
    minimum_seconds: z.number().min(0).max(3_600).optional(),
    threshold: z.int().min(1).max(100).default(60),
  })
  .refine((guard) => (guard.elapsed === undefined) === (guard.minimum_seconds === undefined), {
    error: "needs both elapsed and minimum_seconds, or neither",
  });
export type SpamGuard = z.infer<typeof SpamGuard>;

/** What arrives makes no lead: it tells of one that is known, which moves to this status. */
const Telling = z.strictObject({
  status: z.enum(LEAD_STATUSES).exclude(["new"]),
  /** The path whose external ids these are. Left out: its own. */
  external_ids_of: Slug.optional(),
});

/**
 * The acceptance rules of a capture path, as stored and as written in YAML.
 * Refuses unknown keys and fields, and a contract that could never reach anybody.
 */
export const Contract = z
  .strictObject({
    /** JSON Schema 2020-12. Identifiers beyond 2^53 arrive as text: `"type": ["string", "integer"]`. */
    schema: z.record(z.string(), z.unknown()),
    /** Several places are joined by a space, absent ones left out. */
    mapping: z.partialRecord(Field, z.union([Place, z.array(Place).min(1).max(10)])),
    /** Used only where the mapped value is absent. */
    constants: z.partialRecord(Field, z.string().min(1).max(1000)).default({}),
    /** At least one of these must be present and valid after normalization. */
    reach: z
      .array(z.enum(REACH_FIELDS))
      .min(1)
      .refine((fields) => new Set(fields).size === fields.length, "names a field twice"),
    /** Asked in this order before the rules of the territories; the condition is an SQL/JSON path predicate. */
    territory_rules: z
      .array(z.strictObject({ territory: Slug, condition: z.string().trim().min(1).max(1000) }))
      .max(100)
      .optional(),
    fallback_territory: Slug.nullable().default(null),
    /** The team that takes its leads, as far as the team's territory reaches; otherwise that of the territory. */
    routing: z.strictObject({ team: Slug }).optional(),
    /** What is expected to be found out about a lead. Nothing enriches yet: `plan` says so. */
    enrichment: z.strictObject({ required: z.boolean(), by: Slug.optional() }).optional(),
    consents: z
      .array(ConsentRule)
      .max(20)
      .refine(
        (rules) => new Set(rules.map(({ purpose }) => purpose)).size === rules.length,
        "names a purpose twice",
      )
      .optional(),
    spam_guard: SpamGuard.optional(),
    /** By kind. */
    exceptions: z.record(z.string(), ExceptionTerms).optional(),
    tells: Telling.optional(),
    /** A past already over: recorded and decided, without clocks or notifications. */
    history: z.boolean().default(false),
    /** For local times that come without an offset; otherwise the territory's zone counts. */
    time_zone: z.string().refine(isTimeZone, "is not an IANA time zone").optional(),
    examples: z
      .strictObject({
        accept: z.array(z.unknown()).default([]),
        refuse: z.array(z.unknown()).default([]),
      })
      .prefault({}),
  })
  .refine((contract) => contract.reach.some((field) => contract.mapping[field] !== undefined), {
    path: ["mapping"],
    message: "maps none of the fields of reach, so every lead would be refused",
  })
  .superRefine(({ tells, ...contract }, context) => {
    if (tells === undefined) return;
    for (const key of [
      "territory_rules",
      "fallback_territory",
      "routing",
      "consents",
      "enrichment",
    ] as const) {
      if (contract[key] === undefined || contract[key] === null) continue;
      context.addIssue({ code: "custom", path: [key], message: "means nothing where `tells` makes no lead" });
    }
  });

export type Contract = z.infer<typeof Contract>;

function isPointer(place: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)+$/.test(place);
}

// Intl also takes offsets such as +02:00, which know no daylight saving; those are refused.
function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
