import { checkSlugs } from "./check_slugs.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

export const DUTIES = ["capture", "execution", "system", "incident"] as const;

/** Every door has all four responsible teams, of its own root. */
export function checkPaths({ capture_paths, teams }: Organization, tree: Tree): Finding[] {
  const findings = checkSlugs("capture_paths", capture_paths);
  const homes = new Map(teams.map((team) => [team.slug, team.territory]));
  capture_paths.forEach(({ territory, responsibilities, requires_key, cors_origins }, at) => {
    const say = (path: PropertyKey[], message: string) =>
      findings.push({ path: ["capture_paths", at, ...path], message });
    if (requires_key && cors_origins.includes("*")) {
      say(["cors_origins"], "a page that anybody may write would need to hold the key: name the origins");
    }
    if (!tree.has(territory)) say(["territory"], `there is no territory "${territory}"`);
    for (const duty of DUTIES) {
      const team = responsibilities[duty];
      if (team === undefined) {
        say(["responsibilities"], `no team has the duty "${duty}"`);
        continue;
      }
      const home = homes.get(team);
      if (home === undefined) say(["responsibilities", duty], `there is no team "${team}"`);
      else if (tree.root(home) !== tree.root(territory)) {
        say(["responsibilities", duty], `"${team}" belongs to another root and sees nothing of it`);
      }
    }
  });
  return findings;
}
