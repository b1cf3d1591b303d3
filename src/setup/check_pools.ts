import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

/** Who shall take what others do not must have members, and reach it: the fallback of a territory, the path of an escalation. */
export function checkPools({ territories, teams }: Organization, tree: Tree): Finding[] {
  const bySlug = new Map(teams.map((team) => [team.slug, team]));
  const findings: Finding[] = [];
  territories.forEach(({ slug, fallback }, at) => {
    if (fallback === null) return;
    const say = (message: string) => findings.push({ path: ["territories", at, "fallback"], message });
    const pool = bySlug.get(fallback);
    if (pool === undefined) say(`there is no team "${fallback}"`);
    else if (pool.members.length === 0) say(`"${fallback}" has no members to take leads`);
    else if (!tree.chain(slug).includes(pool.territory)) {
      say(`"${fallback}" belongs to "${pool.territory}", which does not reach "${slug}"`);
    }
  });
  teams.forEach(({ takes_leads, escalates_to, accept_seconds, members }, at) => {
    const target = escalates_to === null ? undefined : bySlug.get(escalates_to);
    if (takes_leads && target !== undefined && target.members.length === 0) {
      findings.push({
        path: ["teams", at, "escalates_to"],
        message: `"${target.slug}" has no members to take leads`,
      });
    }
    if (accept_seconds !== null && members.length === 0) {
      findings.push({ path: ["teams", at, "accept_seconds"], message: "needs members to accept them" });
    }
  });
  return findings;
}
