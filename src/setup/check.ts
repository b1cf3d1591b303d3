import { checkActors } from "./check_actors.ts";
import { checkCalendars } from "./check_calendars.ts";
import { checkContractPlaces } from "./check_contract_places.ts";
import { checkContractTerms } from "./check_contract_terms.ts";
import { checkContracts } from "./check_contracts.ts";
import { checkGateRules } from "./check_gate_rules.ts";
import { checkNotifications } from "./check_notifications.ts";
import { checkPaths } from "./check_paths.ts";
import { checkPolicies } from "./check_policies.ts";
import { checkPools } from "./check_pools.ts";
import { checkRetention } from "./check_retention.ts";
import { checkRoutingRules } from "./check_routing_rules.ts";
import { checkSignIns } from "./check_sign_ins.ts";
import { checkSlaPolicies } from "./check_sla_policies.ts";
import { checkSurvivorship } from "./check_survivorship.ts";
import { checkTeams } from "./check_teams.ts";
import { checkTerritories } from "./check_territories.ts";
import { checkTerritoryRules } from "./check_territory_rules.ts";
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
    ...checkCalendars(organization, tree, context.now),
    ...checkActors(organization, tree),
    ...checkSignIns(organization),
    ...checkTeams(organization, tree),
    ...checkPools(organization, tree),
    ...checkPaths(organization, tree),
    ...checkContractTerms(organization, tree, context.kinds),
    ...checkContractPlaces(organization),
    ...checkContracts(organization, context.now),
    ...checkPolicies(organization, tree, context.kinds),
    ...checkSlaPolicies(organization, tree),
    ...checkNotifications(organization, tree),
    ...checkRetention(organization),
    ...checkTerritoryRules(organization, tree),
    ...checkSurvivorship(organization, tree),
    ...checkRoutingRules(organization, tree),
    ...checkGateRules(organization, tree),
  ];
}
