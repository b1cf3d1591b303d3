import type { Section } from "./organization.ts";
import type { Finding } from "./problem.ts";

/** A slug names one thing for ever: the second that claims it is refused. */
export function checkSlugs(section: Section, items: readonly { slug: string }[]): Finding[] {
  return findRepeats(items.map(({ slug }) => slug)).map((at) => ({
    path: [section, at, "slug"],
    message: `"${items[at]?.slug}" is there already`,
  }));
}

/** Places of the values that stood before. */
export function findRepeats(values: readonly string[]): number[] {
  return values.flatMap((value, at) => (values.indexOf(value) < at ? [at] : []));
}
