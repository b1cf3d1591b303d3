import { checkSlugs, findRepeats } from "./check_slugs.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";

/** A period is a client's, each is said once, and only leads have a status, a purpose, and a rule that keeps them for ever. */
export function checkRetention({ retention_rules: rules, territories }: Organization): Finding[] {
  const roots = new Set(territories.filter(({ parent }) => parent === null).map(({ slug }) => slug));
  const findings = checkSlugs("retention_rules", rules);
  rules.forEach(({ territory, subject, status, purpose, keep_days }, at) => {
    const path = (field: string) => ["retention_rules", at, field];
    if (!roots.has(territory)) {
      findings.push({
        path: path("territory"),
        message: `"${territory}" is no root: periods are those of a client`,
      });
    }
    if (subject === "leads") return;
    if (status !== null) findings.push({ path: path("status"), message: "only leads have one" });
    if (purpose !== null) findings.push({ path: path("purpose"), message: "only leads have one" });
    if (keep_days === null) {
      findings.push({
        path: path("keep_days"),
        message: "must be days; what no rule names is kept for ever",
      });
    }
  });
  const kinds = rules.map(({ territory, subject, status, purpose }) =>
    [territory, subject, status, purpose].join(" "),
  );
  for (const at of findRepeats(kinds)) {
    findings.push({ path: ["retention_rules", at], message: "says of the same what an earlier rule says" });
  }
  return findings;
}
