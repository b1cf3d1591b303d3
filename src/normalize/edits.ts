import { NORMALIZED_FIELDS, type NormalizedField } from "../contracts/fields.ts";
import { normalizeEmployees } from "./amount.ts";
import { type NormalizeContext, READERS } from "./attributes.ts";
import { normalizePhone } from "./phone.ts";
import { cleanLine } from "./text.ts";
import { RULES } from "./unreachable.ts";

const OF_THE_ARRIVAL = [
  "message",
  "external_id",
  "channel",
  "campaign",
  "medium",
  "content",
  "term",
  "landing_page",
  "referrer",
  "click_id",
  "occurred_at",
] as const satisfies readonly NormalizedField[];

/** Read as they are, but for what exceeds their length: an arrival is cut there, a person is told. */
const LINES: ReadonlySet<NormalizedField> = new Set<NormalizedField>([
  "first_name",
  "last_name",
  "company",
  "street",
  "city",
  "region",
  "segment",
]);
const LONGER = 2_000; // than any of them may be

export type LeadField = Exclude<NormalizedField, (typeof OF_THE_ARRIVAL)[number]>;

/** What people may write into a lead: the person and the company, not where an arrival came from. */
export const LEAD_FIELDS: readonly LeadField[] = NORMALIZED_FIELDS.filter(isLeadField);

/** Null leaves a field blank on purpose. */
export type Edits = { [field in LeadField]?: string | number | null };
export type NormalizedEdits = { ok: true; edits: Edits } | { ok: false; field: LeadField; message: string };

/**
 * Brings what somebody typed into fields of a lead into the shape that arrivals have. Unlike an arrival, which is kept
 * without the field, it is refused when it cannot be read: who typed it is still there.
 */
export function normalizeEdits(
  typed: Edits,
  context: Pick<NormalizeContext, "defaultCountry" | "receivedAt"> & { country: string | null },
): NormalizedEdits {
  const edits: Edits = {};
  for (const field of LEAD_FIELDS) {
    const value = typed[field];
    if (value === undefined) continue;
    const read = value === null ? null : readField(field, String(value), { ...typed, ...edits }, context);
    if (read === undefined) return { ok: false, field, message: RULES[field] ?? "holds no text" };
    if (LINES.has(field) && read !== null && cleanLine(String(value), LONGER) !== read)
      return {
        ok: false,
        field,
        message: "is too long: a name has at most 200 characters, another text 1,000",
      };
    edits[field] = read;
  }
  return { ok: true, edits };
}

function readField(
  field: LeadField,
  text: string,
  { country }: Edits,
  context: Parameters<typeof normalizeEdits>[1],
): string | number | undefined {
  if (field === "employees") return normalizeEmployees(text);
  if (field === "phone") {
    const named = country == null ? undefined : READERS.country(String(country), atHome(context));
    return normalizePhone(text, [named, context.country, context.defaultCountry])?.number;
  }
  return READERS[field](text, atHome(context));
}

// No field of a lead is a local time or an id of a sender.
function atHome({ defaultCountry, receivedAt }: Parameters<typeof normalizeEdits>[1]): NormalizeContext {
  return { defaultCountry, receivedAt, timeZone: "UTC", reach: [], externalIdSource: "" };
}

function isLeadField(field: NormalizedField): field is LeadField {
  return !OF_THE_ARRIVAL.some((other) => other === field);
}
