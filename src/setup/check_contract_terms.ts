import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

/** What a contract decides for its own path must exist, and must not reach over an identity boundary or a root. */
export function checkContractTerms(
  { capture_paths, teams }: Organization,
  tree: Tree,
  kinds: readonly string[],
): Finding[] {
  const teamsBySlug = new Map(teams.map((team) => [team.slug, team]));
  return capture_paths.flatMap(({ territory: home, contract }, at) => {
    const findings: Finding[] = [];
    const say = (path: PropertyKey[], message: string) =>
      findings.push({ path: ["capture_paths", at, "contract", ...path], message });
    const checkTerritory = (territory: string, path: PropertyKey[]) => {
      if (!tree.has(territory)) say(path, `there is no territory "${territory}"`);
      else if (tree.boundary(territory) !== tree.boundary(home)) {
        say(path, `"${territory}" lies in another identity boundary than "${home}"`);
      }
    };
    if (contract.fallback_territory !== null) {
      checkTerritory(contract.fallback_territory, ["fallback_territory"]);
    }
    contract.territory_rules?.forEach(({ territory }, n) => {
      checkTerritory(territory, ["territory_rules", n, "territory"]);
    });
    if (contract.routing !== undefined) {
      const { team: slug } = contract.routing;
      const team = teamsBySlug.get(slug);
      const path = ["routing", "team"];
      if (team === undefined) say(path, `there is no team "${slug}"`);
      else if (team.members.length === 0) say(path, `"${slug}" has no members to take leads`);
      else if (tree.boundary(team.territory) !== tree.boundary(home)) {
        say(
          path,
          `"${slug}" belongs to another identity boundary than "${home}" and would never take a lead`,
        );
      }
    }
    const idsOf = contract.tells?.external_ids_of;
    if (idsOf !== undefined) {
      const teller = capture_paths.find(({ slug }) => slug === idsOf);
      const path = ["tells", "external_ids_of"];
      if (teller === undefined) say(path, `there is no capture path "${idsOf}"`);
      else if (tree.boundary(teller.territory) !== tree.boundary(home)) {
        say(path, `"${idsOf}" lies in another identity boundary: none of its leads would ever be found`);
      }
    }
    for (const kind of Object.keys(contract.exceptions ?? {})) {
      if (!kinds.includes(kind)) say(["exceptions", kind], `must be one of ${kinds.join(", ")}`);
    }
    return findings;
  });
}
