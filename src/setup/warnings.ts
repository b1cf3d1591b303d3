import { findDeadRules } from "./dead_rules.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";

/** What is said and kept, and does nothing: nobody shall rely on it. */
export function warningsOf(organization: Organization): Finding[] {
  return [...enrichments(organization), ...findDeadRules(organization)];
}

function enrichments({ capture_paths }: Organization): Finding[] {
  return capture_paths.flatMap(({ slug, contract }, at): Finding[] => {
    if (contract.enrichment === undefined) return [];
    const effect = contract.enrichment.required ? "leads travel on without it" : "it is only recorded";
    return [
      {
        path: ["capture_paths", at, "contract", "enrichment"],
        message: `nothing enriches the leads of "${slug}" yet; ${effect}`,
      },
    ];
  });
}
