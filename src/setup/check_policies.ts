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
  const teams = new Set(organization.teams.map((team) => team.slug));
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
  scoring_rules.forEach(({ part, condition, touches_min }, at) => {
    if (condition === null && touches_min === null)
      findings.push({ path: ["scoring_rules", at], message: "needs at least one of condition, touches_min" });
    if (part === "fit" && touches_min !== null)
      findings.push({
        path: ["scoring_rules", at, "touches_min"],
        message: "is for rules of part: engagement",
      });
  });
  sla_policies.forEach(({ territory, thresholds }, at) => {
    const path = ["sla_policies", at, "thresholds"];
    if (thresholds.some((threshold, n) => n > 0 && threshold.at <= (thresholds[n - 1]?.at ?? 0))) {
      findings.push({ path, message: "must ascend" });
    }
    if (!thresholds.some((threshold) => threshold.at === 100)) {
      findings.push({ path, message: "must include 100, the breach" });
    }
    thresholds.forEach((threshold, n) => {
      threshold.do?.forEach((action, m) => {
        if (typeof action === "string" || !("notify_channel" in action)) return;
        const team = organization.teams.find(({ slug }) => slug === action.notify_channel);
        if (team !== undefined && tree.chain(territory).includes(team.territory)) return;
        const why = team === undefined ? "there is no such team" : `it does not see all of "${territory}"`;
        findings.push({ path: [...path, n, "do", m], message: `"${action.notify_channel}": ${why}` });
      });
    });
  });
  exception_policies.forEach((policy, at) => {
    for (const key of ["team", "fallback"] as const) {
      if (policy[key] === undefined || teams.has(policy[key])) continue;
      findings.push({
        path: ["exception_policies", at, key],
        message: `there is no team "${policy[key]}"`,
      });
    }
    if ((policy.acknowledge_seconds ?? 0) > (policy.resolve_seconds ?? Number.POSITIVE_INFINITY)) {
      findings.push({
        path: ["exception_policies", at, "acknowledge_seconds"],
        message: "must not be longer than resolve_seconds",
      });
    }
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
