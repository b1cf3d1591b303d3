import type { SpamGuard } from "../contracts/contract.ts";
import { textAt } from "../contracts/mapping.ts";
import { pointerOf, type Violation, violation } from "../contracts/violation.ts";
import { isDisposable } from "./disposable_domains.ts";

/** 0 to 100, and each sign that made it so. */
export type Spam = { score: number; signs: Violation[] };

/**
 * How much an arrival looks like a machine's. None of its signs is a proof, since whoever reads the form can avoid them
 * all, so nothing is thrown away for them: from the threshold on people look. `email` as it was typed.
 */
export function spamOf(guard: SpamGuard, document: unknown, email: string): Spam {
  const signs: Sign[] = [];
  const { honeypot, elapsed, minimum_seconds = 0 } = guard;
  if (honeypot !== undefined && textAt(document, honeypot) !== "") {
    signs.push({ points: 100, place: honeypot, message: "a field is filled that people do not see" });
  }
  if (elapsed !== undefined) signs.push(...haste(elapsed, textAt(document, elapsed), minimum_seconds));
  if (isDisposable(email)) {
    signs.push({ points: 60, place: "email", message: "a mailbox of a throw-away service" });
  }
  const score = Math.min(
    100,
    signs.reduce((sum, { points }) => sum + points, 0),
  );
  return {
    score,
    signs: signs.map(({ points, place, message }) =>
      violation("spam", pointerOf(place), `${message} (${points})`),
    ),
  };
}

type Sign = { points: number; place: string; message: string };

/** The time is told by a script: a browser without scripts tells none, and neither does a machine. */
function haste(place: string, text: string, minimumSeconds: number): Sign[] {
  const seconds = text === "" ? Number.NaN : Number(text);
  if (Number.isNaN(seconds))
    return [{ points: 20, place, message: "the form does not tell how long it took" }];
  if (seconds >= minimumSeconds) return [];
  return [{ points: 60, place, message: `filled in within ${minimumSeconds} s` }];
}
