import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

/** Rules of survivorship speak of territories and sources that exist, and no two in one territory of the same field. */
export function checkSurvivorship(
  { survivorship_rules, capture_paths }: Organization,
  tree: Tree,
): Finding[] {
  const sources = new Set(capture_paths.map((path) => path.source));
  const named = new Set<string>();
  return survivorship_rules.flatMap(({ territory, fields, trusted_sources }, at): Finding[] => {
    const path = ["survivorship_rules", at];
    const findings: Finding[] = [];
    if (!tree.has(territory)) {
      findings.push({ path: [...path, "territory"], message: `there is no territory "${territory}"` });
    }
    fields.forEach((field, n) => {
      if (named.has(`${territory} ${field}`)) {
        findings.push({
          path: [...path, "fields", n],
          message: `"${field}" has a rule in ${territory} already`,
        });
      }
      named.add(`${territory} ${field}`);
    });
    trusted_sources.forEach((source, n) => {
      if (sources.has(source)) return;
      const message = `no capture path has the source "${source}"`;
      findings.push({ path: [...path, "trusted_sources", n], message });
    });
    return findings;
  });
}
