import { z } from "zod";
import { nameOfViolation } from "../../contracts/violation.ts";

const Violations = z.array(z.object({ kind: z.string(), path: z.string(), message: z.string() }));
export type Violations = z.infer<typeof Violations>;

/** What a capture's `violations` hold; nothing where there are none. */
export function violationsOf(stored: unknown): Violations {
  const read = Violations.safeParse(stored);
  return read.success ? read.data : [];
}

/** `missing /email, extra /colour`, cut after four. */
export function describeViolations(stored: unknown): string {
  const all = violationsOf(stored).map(nameOfViolation);
  const more = all.length - SHOWN;
  return all.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const SHOWN = 4;
