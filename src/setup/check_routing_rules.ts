import { normalizeCountry } from "../normalize/country.ts";
import { normalizeLanguage } from "../normalize/language.ts";
import { meetsNoLead } from "./meets_no_lead.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { RoutingRule } from "./routing_rule.ts";
import type { Tree } from "./tree.ts";

/**
 * Targets that are not there or could not have the lead, rules that no lead could meet, and ties: two rules of one
 * territory that want the same. Which of them won would hang on the order of lines, and of files.
 */
export function checkRoutingRules(organization: Organization, tree: Tree): Finding[] {
  const workers = workersOf(organization);
  const teams = new Map(organization.teams.map((team) => [team.slug, team]));
  const earlier = new Map<string, RoutingRule[]>();
  return organization.routing_rules.flatMap((rule, at): Finding[] => {
    const say = (field: string, message: string) => ({ path: ["routing_rules", at, field], message });
    const findings = neverMet(rule, say);
    const { person, team } = rule;
    const chain = tree.chain(rule.territory);
    const places = person === null ? undefined : workers.get(person);
    if (person !== null && places === undefined)
      findings.push(say("person", `there is no person "${person}"`));
    else if (places !== undefined && !chain.some((place) => places.has(place))) {
      findings.push(say("person", `"${person}" works no leads in "${rule.territory}"`));
    }
    const pool = team === null ? undefined : teams.get(team);
    if (team !== null && pool === undefined) findings.push(say("team", `there is no team "${team}"`));
    else if (pool !== undefined && pool.members.length === 0) {
      findings.push(say("team", `"${pool.slug}" has no members to take leads`));
    } else if (pool !== undefined && !chain.includes(pool.territory)) {
      findings.push(
        say(
          "team",
          `"${pool.slug}" belongs to "${pool.territory}", which does not reach "${rule.territory}"`,
        ),
      );
    }
    const wanted = JSON.stringify([rule.territory, ...COLUMNS.map((column) => rule[column]), isScored(rule)]);
    const equals = earlier.get(wanted) ?? [];
    if (equals.some((other) => from(other) <= to(rule) && from(rule) <= to(other))) {
      const message =
        "wants the same as a rule before it, so it would only win where that one does not: leave one out, or say more";
      findings.push({ path: ["routing_rules", at], message });
    }
    earlier.set(wanted, [...equals, rule]);
    return findings;
  });
}

const COLUMNS = ["source", "country", "segment", "language", "condition", "manager_of_last_owner"] as const;
const WORKING = ["rep", "manager", "operations", "admin"];

const from = ({ score_min }: RoutingRule) => score_min ?? 0;
const to = ({ score_max }: RoutingRule) => score_max ?? 100;
const isScored = ({ score_min, score_max }: RoutingRule) => score_min !== null || score_max !== null;

/** Of each person, the territories in which they are given leads; what lies below counts too. */
function workersOf({ actors }: Organization): Map<string, Set<string>> {
  return new Map(
    actors.flatMap(({ kind, slug, memberships }) => {
      const places = memberships
        .filter(({ role }) => WORKING.includes(role))
        .map(({ territory }) => territory);
      return kind === "person" ? [[slug, new Set(places)]] : [];
    }),
  );
}

function neverMet(rule: RoutingRule, say: (field: string, message: string) => Finding): Finding[] {
  const findings: Finding[] = [];
  const country = rule.country === null ? null : meetsNoLead(rule.country, normalizeCountry);
  if (country !== null) findings.push(say("country", country));
  const language = rule.language === null ? null : meetsNoLead(rule.language, normalizeLanguage);
  if (language !== null) findings.push(say("language", language));
  if (from(rule) > to(rule)) findings.push(say("score_max", "must not be less than score_min"));
  if (isScored(rule) && from(rule) === 0 && to(rule) === 100) {
    findings.push(say("score_min", "every lead has a score from 0 to 100: leave it out"));
  }
  return findings;
}
