import type { Lead, Rule } from "./territory_sample.ts";

/** The same rules outside of the database: sorted once, then compared one after the other until the first that matches. */
export function makeCompiledLoop(rules: readonly Rule[]): (lead: Lead) => string | null {
  const compiled = rules
    .map((rule) => ({ rule, specificity: specificityOf(rule), matches: compile(rule) }))
    .sort((a, b) => b.specificity - a.specificity || a.rule.position - b.rule.position);
  return (lead) => compiled.find(({ matches }) => matches(lead))?.rule.territory ?? null;
}

function specificityOf({ territory: _territory, position: _position, ...columns }: Rule): number {
  return 10 * Object.keys(columns).length + (columns.postal_prefix?.length ?? 0);
}

function compile(rule: Rule): (lead: Lead) => boolean {
  const { country, postal_prefix, company_domain, segment, language } = rule;
  return (lead) =>
    (country === undefined || lead.country === country) &&
    (postal_prefix === undefined || (lead.postal_code?.startsWith(postal_prefix) ?? false)) &&
    (company_domain === undefined || lead.company_domain === company_domain) &&
    (segment === undefined || lead.segment === segment) &&
    (language === undefined || lead.language === language);
}
