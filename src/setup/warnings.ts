import { findDeadRules } from "./dead_rules.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import { treeOf } from "./tree.ts";

/** What is said and kept, and does nothing: nobody shall rely on it. */
export function warningsOf(organization: Organization): Finding[] {
  return [...enrichments(organization), ...onlookers(organization), ...findDeadRules(organization)];
}

/** Members of a team who may only look where it works: every decision passes them by, and a team of theirs alone gives nothing. */
function onlookers({ territories, teams, actors }: Organization): Finding[] {
  const tree = treeOf({ territories });
  return teams.flatMap(({ territory, members }, at) => {
    const above = tree.chain(territory);
    return members.flatMap(({ actor: slug }, n): Finding[] => {
      const actor = actors.find((one) => one.slug === slug);
      const roles = (actor?.memberships ?? []).filter((one) => above.includes(one.territory));
      if (!roles.every(({ role }) => role === "viewer")) return [];
      const message = `"${slug}" may only look in "${territory}": they are given nothing`;
      return [{ path: ["teams", at, "members", n, "actor"], message }];
    });
  });
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
