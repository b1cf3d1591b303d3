import { nameOfViolation } from "../../contracts/violation.ts";
import type { Refused } from "../../pipeline/judge.ts";
import { table } from "../output.ts";

/** Why captures are refused: how often each violation, the most frequent first. */
export type Reasons = { violation: string; captures: number }[];

export function makeReasons(): { add: (refused: readonly Refused[]) => void; list: () => Reasons } {
  const counts = new Map<string, number>();
  return {
    add: (refused) => {
      for (const { kind, violations } of refused) {
        const named = violations.map(nameOfViolation);
        for (const name of new Set(named.length > 0 ? named : [kind])) {
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      }
    },
    list: () =>
      [...counts]
        .map(([violation, captures]) => ({ violation, captures }))
        .sort((left, right) => right.captures - left.captures),
  };
}

export function describeReasons(reasons: Reasons): string[] {
  const shown = reasons.slice(0, SHOWN);
  const more = reasons.length - shown.length;
  return [
    ...table(shown.map(({ violation, captures }) => [`  ${violation}`, captures])),
    ...(more > 0 ? [`  and ${more} more; --json lists all`] : []),
  ];
}

const SHOWN = 20;
