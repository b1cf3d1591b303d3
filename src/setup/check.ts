import { checkActors } from "./check_actors.ts";
import { checkContractTerms } from "./check_contract_terms.ts";
import { checkContracts } from "./check_contracts.ts";
import { checkPaths } from "./check_paths.ts";
import { checkPolicies } from "./check_policies.ts";
import { checkTeams } from "./check_teams.ts";
import { checkTerritories } from "./check_territories.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import { treeOf } from "./tree.ts";

/**
 * What no single entry can know: references, cycles, duties without a team, contracts that refuse their own
 * examples. Conditions are left to Postgres, which speaks their language (conditions.ts).
 */
export function checkOrganization(
  organization: Organization,
  context: { kinds: readonly string[]; now: Date },
): Finding[] {
  const tree = treeOf(organization);
  return [
    ...checkTerritories(organization, tree),
    ...checkActors(organization, tree),
    ...checkTeams(organization, tree),
    ...checkPaths(organization, tree),
    ...checkContractTerms(organization, tree, context.kinds),
    ...checkContracts(organization, context.now),
    ...checkPolicies(organization, tree, context.kinds),
  ];
}
