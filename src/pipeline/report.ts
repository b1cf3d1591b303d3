import type { ReportedActivity } from "../capture/sources/source.ts";
import { known } from "../capture/told.ts";
import type { Attributes } from "../normalize/attributes.ts";
import type { Settlement } from "./judge.ts";

type Deed = Pick<ReportedActivity, "kind" | "isResponse" | "note" | "status">;

/**
 * What happened to a lead elsewhere, as it is settled. Whose it is, when it happened and what it is worth come out of
 * `attributes`, where they were brought into shape; as the sender wrote them they would break the batch.
 */
export function reportOf({ kind, isResponse, note, status }: Deed, attributes: Attributes): Settlement {
  const facts = known({
    note,
    status,
    occurredAt: attributes.occurred_at,
    valueAmount: attributes.value_amount,
    valueCurrency: attributes.value_currency,
  });
  return { as: "activity", activity: { kind, isResponse, ...facts }, identities: attributes.identities };
}

/** What a document tells on a path that makes no leads: its message is the note. */
export function tidingsOf(status: string, attributes: Attributes): Settlement {
  const note = known({ note: attributes.message });
  return reportOf({ kind: "status_change", isResponse: false, status, ...note }, attributes);
}
