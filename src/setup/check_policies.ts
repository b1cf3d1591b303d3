import { checkSlugs, findRepeats } from "./check_slugs.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

/** What a territory rule may ask of a lead. */
export const MATCHES = [
  "country",
  "region",
  "postal_prefix",
  "language",
  "company_domain",
  "segment",
  "source",
  "employees_min",
  "employees_max",
  "condition",
] as const;

/** Rules and policies must speak of territories and sources that exist, and say something. */
export function checkPolicies(organization: Organization, tree: Tree, kinds: readonly string[]): Finding[] {
  const { territory_rules, scoring_rules, routing_rules, sla_policies, exception_policies } = organization;
  const sources = new Set(organization.capture_paths.map((path) => path.source));
  const findings = checkSlugs("sla_policies", sla_policies);
  for (const [section, items] of Object.entries({
    territory_rules,
    scoring_rules,
    routing_rules,
    sla_policies,
  })) {
    items.forEach((item, at) => {
      if (!tree.has(item.territory)) {
        findings.push({
          path: [section, at, "territory"],
          message: `there is no territory "${item.territory}"`,
        });
      }
      if ("source" in item && item.source !== null && !sources.has(item.source)) {
        findings.push({
          path: [section, at, "source"],
          message: `no capture path has the source "${item.source}"`,
        });
      }
    });
  }
  territory_rules.forEach((rule, at) => {
    if (MATCHES.every((match) => rule[match] === null)) {
      findings.push({
        path: ["territory_rules", at],
        message: `needs at least one of ${MATCHES.join(", ")}`,
      });
    }
  });
  sla_policies.forEach(({ thresholds }, at) => {
    const path = ["sla_policies", at, "thresholds"];
    if (thresholds.some((percent, n) => n > 0 && percent <= (thresholds[n - 1] ?? 0))) {
      findings.push({ path, message: "must ascend" });
    }
    if (!thresholds.includes(100)) findings.push({ path, message: "must include 100, the breach" });
  });
  exception_policies.forEach(({ kind }, at) => {
    if (kinds.includes(kind)) return;
    findings.push({
      path: ["exception_policies", at, "kind"],
      message: `must be one of ${kinds.join(", ")}`,
    });
  });
  for (const at of findRepeats(exception_policies.map(({ kind }) => kind))) {
    findings.push({ path: ["exception_policies", at, "kind"], message: "is there already" });
  }
  return findings;
}
