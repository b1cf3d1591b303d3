import type { ClientBase } from "pg";
import { type Match, matchOf } from "../../src/normalize/match.ts";
import { allRows, oneValue } from "./rows.ts";

/** Somebody of whom everything is known but an address and a number to write to. */
export const ANA = {
  first_name: "Ana",
  last_name: "Weber",
  birth_date: "1984-03-27",
  street: "Lindenweg 14",
  city: "Freiburg",
  postal_code: "79100",
  country: "DE",
};

/** What identity compares of these attributes. */
export function compared(attributes: Record<string, string>): Match {
  return matchOf({ ...attributes, identities: [], typed: {} });
}

/** How alike two people are, field by field, in words; fields that are unknown of either are left out. */
export async function levelsOf(
  db: ClientBase,
  one: Record<string, string>,
  other: Record<string, string>,
): Promise<Record<string, string>> {
  return oneValue(
    db,
    `select app_private.name_levels(app_private.compare_people(
       jsonb_populate_record(null::app_private.match_records, $1::jsonb - 'keys'),
       jsonb_populate_record(null::app_private.match_records, $2::jsonb - 'keys'))) as value`,
    [compared(one), compared(other)],
  );
}

/** The pairs that people are asked about, oldest first. */
export function candidates(db: ClientBase) {
  return allRows(
    db,
    `select match_candidates.lead_id, match_candidates.other_lead_id, match_candidates.capture_id, match_candidates.state,
            match_candidates.evidence, territories.slug as territory
       from app_public.match_candidates join app_public.territories on territories.id = match_candidates.territory_id
      order by match_candidates.id`,
  );
}
