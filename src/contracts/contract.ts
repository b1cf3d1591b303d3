import { z } from "zod";
import { NORMALIZED_FIELDS, REACH_FIELDS } from "./fields.ts";

const Field = z.enum(NORMALIZED_FIELDS);

/** A top-level key (or CSV column) as it is written, or a JSON pointer when it starts with a slash. */
const Place = z
  .string()
  .min(1)
  .max(500)
  .refine((place) => !place.startsWith("/") || isPointer(place), "is not a JSON pointer");

const Slug = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "is not a slug");

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
    fallback_territory: Slug.nullable().default(null),
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
