import { z } from "zod";
import { nameOfViolation } from "../../contracts/violation.ts";

const Refused = z.array(z.object({ kind: z.string(), path: z.string(), message: z.string() }));

/** Counts refusals by kind and place, with the numbers of the first rows of each. Constant memory. */
export type Reasons = {
  add: (row: number, violations: unknown) => void;
  list: () => Reason[];
};

/** `message`: of the first row refused so. */
export type Reason = { kind: string; path: string; message: string; rows: number; first: number[] };

export function makeReasons(): Reasons {
  const known = new Map<string, Reason>();
  return {
    add: (row, violations) => {
      for (const { kind, path, message } of readViolations(violations)) {
        const name = `${kind} ${path}`;
        let reason = known.get(name);
        if (reason === undefined) {
          // A stranger chooses the keys of a document, and so the places.
          if (known.size >= MOST_REASONS) continue;
          reason = { kind, path, message, rows: 0, first: [] };
          known.set(name, reason);
        }
        reason.rows += 1;
        if (reason.first.length < MOST_ROWS) reason.first.push(row);
      }
    },
    list: () => [...known.values()].sort((left, right) => right.rows - left.rows),
  };
}

const MOST_REASONS = 1_000;
const MOST_ROWS = 10;

/** One line for a cell: kinds, places and rules, never what was sent. */
export function describeViolations(violations: unknown): string {
  return readViolations(violations)
    .map(({ kind, path, message }) => `${kind}${path === "" ? "" : ` ${path}`}: ${message}`)
    .join("; ");
}

function readViolations(violations: unknown): z.infer<typeof Refused> {
  const read = Refused.safeParse(violations);
  return read.success ? read.data : [{ kind: "failed", path: "", message: "the stages could not take it" }];
}

export function reasonLines(reasons: Reason[]): string[] {
  return reasons.map(({ rows, first, ...violation }) => {
    const more = rows > first.length ? " …" : "";
    const which = `${rows === 1 ? "row" : "rows"} ${first.join(", ")}${more}`;
    return `  ${nameOfViolation(violation)}: ${rows.toLocaleString("en-US")} (${which})`;
  });
}
