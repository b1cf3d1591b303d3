import { normalizePostalPrefix } from "../normalize/address.ts";
import { normalizeCompanyDomain } from "../normalize/company.ts";
import { normalizeCountry } from "../normalize/country.ts";
import { normalizeLanguage } from "../normalize/language.ts";
import { MATCHES } from "./check_policies.ts";
import { meetsNoLead } from "./meets_no_lead.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

type Rule = Organization["territory_rules"][number];

/**
 * Rules that could never be met, and rules of equal rank that overlap: within one identity boundary two that want the
 * same of the same columns. Which of them won would hang on the order of lines, and of files. Rules that are equally
 * specific in different columns are no such tie: there the list decides on purpose.
 */
export function checkTerritoryRules({ territory_rules: rules }: Organization, tree: Tree): Finding[] {
  const equals = new Map<string, { rule: Rule; at: number }[]>();
  rules.forEach((rule, at) => {
    const wanted = JSON.stringify([tree.boundary(rule.territory), ...COLUMNS.map((column) => rule[column])]);
    const sized = rule.employees_min !== null || rule.employees_max !== null;
    const key = `${sized} ${wanted}`;
    equals.set(key, [...(equals.get(key) ?? []), { rule, at }]);
  });
  const overlaps = [...equals.values()].flatMap((group) => (group.length > 1 ? overlapsOf(group) : []));
  return [...rules.flatMap(neverMet), ...overlaps];
}

/** Sizes are ranges: whether they overlap is asked of each group. */
const COLUMNS = MATCHES.filter((column) => column !== "employees_min" && column !== "employees_max");

/** In the order of their least size each need only be compared with the one that reached furthest before it. */
function overlapsOf(group: readonly { rule: Rule; at: number }[]): Finding[] {
  const from = ({ rule }: { rule: Rule }) => rule.employees_min ?? 0;
  const to = ({ rule }: { rule: Rule }) => rule.employees_max ?? Number.POSITIVE_INFINITY;
  const [first, ...others] = group.toSorted((one, two) => from(one) - from(two) || one.at - two.at);
  if (first === undefined) return [];
  let furthest = first;
  return others.flatMap((next): Finding[] => {
    const before = furthest;
    if (to(next) > to(furthest)) furthest = next;
    if (from(next) > to(before)) return [];
    const [earlier, later] = before.at < next.at ? [before, next] : [next, before];
    const message =
      `says the same as the rule for "${earlier.rule.territory}" before it and is as specific, ` +
      "so it would only win where that one does not: leave one out, or say more";
    return [{ path: ["territory_rules", later.at], message }];
  });
}

function neverMet(rule: Rule, at: number): Finding[] {
  const say = (field: string, message: string): Finding => ({
    path: ["territory_rules", at, field],
    message,
  });
  const findings: Finding[] = [];
  for (const [field, normalize] of NORMALIZED) {
    const text = rule[field];
    if (text === null) continue;
    const problem = meetsNoLead(text, normalize);
    if (problem !== null) findings.push(say(field, problem));
  }
  if (rule.employees_min !== null && rule.employees_max !== null && rule.employees_min > rule.employees_max) {
    findings.push(say("employees_max", "must not be less than employees_min"));
  }
  return findings;
}

const NORMALIZED: [
  "country" | "language" | "company_domain" | "postal_prefix",
  (text: string) => string | undefined,
][] = [
  ["country", normalizeCountry],
  ["language", normalizeLanguage],
  ["company_domain", normalizeCompanyDomain],
  ["postal_prefix", normalizePostalPrefix],
];
