import type { ConsentRule } from "../contracts/contract.ts";
import { isUnreadableAt, textAt } from "../contracts/mapping.ts";
import { pointerOf, type Violation, violation } from "../contracts/violation.ts";
import { cut } from "./text.ts";
import { normalizeInstant } from "./time.ts";

/** What somebody said to one purpose, and to which words. Without `given_at` the arrival's instant counts. */
export type Consent = {
  purpose: string;
  state: "granted" | "denied" | "withdrawn";
  text_version: string;
  given_at?: string;
};

export type Consents = { ok: true; consents: Consent[] } | { ok: false; violations: Violation[] };

/**
 * Reads the answers that a document holds. Silence is no answer and leaves no record; an answer that cannot be
 * understood, or that does not say to which words, is refused: nobody may guess what a person agreed to.
 */
export function readConsents(
  rules: readonly ConsentRule[],
  document: unknown,
  context: { timeZone: string; receivedAt: Date },
): Consents {
  const consents: Consent[] = [];
  const violations: Violation[] = [];
  for (const rule of rules) {
    if (isUnreadableAt(document, rule.field)) {
      violations.push(violation("type", pointerOf(rule.field), UNCLEAR));
      continue;
    }
    const said = textAt(document, rule.field).trim().toLowerCase();
    if (said === "") continue;
    const given = givenAt(rule, document, context);
    const state = STATES.get(said);
    const version = rule.text_version ?? textAt(document, rule.text_version_field ?? "").trim();
    if (state === undefined) violations.push(violation("format", pointerOf(rule.field), UNCLEAR));
    else if (version === "")
      violations.push(violation("missing", pointerOf(rule.text_version_field ?? ""), NO_WORDS));
    else if (given === undefined)
      violations.push(violation("format", pointerOf(rule.at_field ?? ""), NO_TIME));
    else
      consents.push({
        purpose: rule.purpose,
        state,
        text_version: cut(version, 200),
        ...given,
      });
  }
  return violations.length > 0 ? { ok: false, violations } : { ok: true, consents };
}

/** Nothing where nothing is said of a time; undefined where it cannot be read: an old word must not count as one of today. */
function givenAt(
  { at_field }: ConsentRule,
  document: unknown,
  { timeZone, receivedAt }: { timeZone: string; receivedAt: Date },
): { given_at?: string } | undefined {
  if (at_field === undefined) return {};
  if (isUnreadableAt(document, at_field)) return undefined;
  const text = textAt(document, at_field).trim();
  if (text === "") return {};
  const instant = normalizeInstant(text, timeZone, receivedAt);
  return instant === undefined ? undefined : { given_at: instant };
}

const UNCLEAR = "must say whether consent is given";
const NO_TIME = "is not the time at which consent was given";
const NO_WORDS = "consent without the version of its words";

/** As forms and programs say it. */
const STATES: ReadonlyMap<string, Consent["state"]> = new Map([
  ...["true", "1", "yes", "on", "granted", "given", "opt-in"].map((word) => [word, "granted"] as const),
  ...["false", "0", "no", "off", "denied", "opt-out"].map((word) => [word, "denied"] as const),
  ...["withdrawn", "revoked", "unsubscribed"].map((word) => [word, "withdrawn"] as const),
]);
