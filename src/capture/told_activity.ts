import { violation } from "../contracts/violation.ts";
import type { Reading, ReportedActivity } from "./sources/source.ts";
import { at, known, textAt, unreadable } from "./told.ts";

/**
 * What happened to a lead elsewhere, told by whoever has no protocol of their own (a mailbox, a calendar): the event's
 * type ends in `activity.<kind>`, its data says whose (`email`, `phone` or `external_id`) and may say `is_response`,
 * `note`, `occurred_at`, `status`, and what the deal is worth (`value_amount`, `value_currency`). Undefined: the event tells of no activity.
 */
export function readActivity(type: string | undefined, data: unknown): Reading | undefined {
  const kind = KINDS.get(ACTIVITY.exec(type ?? "")?.[1] ?? "");
  if (kind === undefined) return undefined;
  const subject = known({
    email: textAt(data, "email"),
    phone: textAt(data, "phone"),
    externalId: textAt(data, "external_id"),
  });
  if (Object.keys(subject).length === 0) {
    return unreadable(
      violation("missing", "/email", "or phone or external_id must say whose activity this is"),
    );
  }
  const isResponse = RESPONSES.get(at(data, "is_response") ?? false);
  if (isResponse === undefined) return unreadable(violation("type", "/is_response", "must be true or false"));
  const activity = {
    subject,
    kind,
    isResponse,
    ...known({
      note: textAt(data, "note"),
      occurredAt: textAt(data, "occurred_at"),
      status: textAt(data, "status"),
      valueAmount: textAt(data, "value_amount"),
      valueCurrency: textAt(data, "value_currency"),
    }),
  };
  return { kind: "activity", activity };
}

/** Behind whatever the sender puts in front: `com.acme.activity.call`. */
const ACTIVITY = /(?:^|\.)activity\.(\w+)$/;

/** As programs write it. A response stops the clock: what is neither is not taken for none. */
const RESPONSES = new Map<unknown, boolean>([
  ...[true, "true", 1, "1"].map((value): [unknown, boolean] => [value, true]),
  ...[false, "false", 0, "0", ""].map((value): [unknown, boolean] => [value, false]),
]);

const KINDS = new Map<string, ReportedActivity["kind"]>([
  ["call", "call"],
  ["email", "email"],
  ["meeting", "meeting"],
  ["message", "message"],
  ["note", "note"],
  ["status_change", "status_change"],
]);
