import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import { treeOf } from "./tree.ts";

/**
 * Routing rules that no arriving lead comes to: wherever one may arrive within their territory, a catch-all of a nearer
 * territory stands before them. Leads that people move by hand may still.
 */
export function findDeadRules(organization: Organization): Finding[] {
  const { routing_rules: rules } = organization;
  const tree = treeOf(organization);
  const arrivals = [...placesOfArrival(organization)].map((place) => tree.chain(place)); // nearest first
  const catchAlls = new Set(rules.filter(isCatchAll).map(({ territory }) => territory));
  return rules.flatMap(({ territory }, at): Finding[] => {
    const nearer = arrivals
      .filter((chain) => chain.includes(territory))
      .map((chain) => chain.slice(0, chain.indexOf(territory)).find((place) => catchAlls.has(place)));
    if (nearer.length === 0 || nearer.includes(undefined)) return [];
    const names = [...new Set(nearer)].map((place) => `"${place}"`).join(", ");
    return [
      {
        path: ["routing_rules", at],
        message: `no arriving lead comes to it: the catch-all of ${names} is asked before`,
      },
    ];
  });
}

/** Nothing is asked of the lead. The manager of a last owner is: somebody must have had it. */
function isCatchAll({
  territory: _,
  person,
  team,
  manager_of_last_owner,
  ...wanted
}: Organization["routing_rules"][number]) {
  return manager_of_last_owner === null && Object.values(wanted).every((value) => value === null);
}

/** Where rules and contracts put leads. */
function placesOfArrival({ territory_rules, capture_paths }: Organization): Set<string> {
  const contracts = capture_paths.flatMap(({ contract }) => [
    ...(contract.territory_rules ?? []).map(({ territory }) => territory),
    ...(contract.fallback_territory === undefined || contract.fallback_territory === null
      ? []
      : [contract.fallback_territory]),
  ]);
  return new Set([...territory_rules.map(({ territory }) => territory), ...contracts]);
}
