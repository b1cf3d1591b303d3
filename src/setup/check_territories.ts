import { normalizeCountry } from "../normalize/country.ts";
import { checkSlugs } from "./check_slugs.ts";
import { meetsNoLead } from "./meets_no_lead.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

/** The tree must be one, and under every root somebody must watch what nobody else does. */
export function checkTerritories(organization: Organization, tree: Tree): Finding[] {
  const findings = checkSlugs("territories", organization.territories);
  const caretakers = rolesOf(organization, ["manager", "operations"]);
  organization.territories.forEach(({ slug, parent, country, is_identity_boundary }, at) => {
    const say = (field: string, message: string) =>
      findings.push({ path: ["territories", at, field], message });
    const problem = country === null ? null : meetsNoLead(country, normalizeCountry);
    if (problem !== null) say("country", problem);
    if (parent === null) {
      if (is_identity_boundary === false) say("is_identity_boundary", "must be true at a root");
      if (!organization.teams.some((team) => team.territory === slug && team.handles_operations)) {
        say("slug", `the root "${slug}" has no team that handles_operations`);
      }
      if (!caretakers.has(slug)) {
        say(
          "slug",
          `the root "${slug}" has no manager and no operations member, so an overdue lead reaches nobody`,
        );
      }
    } else if (!tree.has(parent)) say("parent", `there is no territory "${parent}"`);
    else if (tree.chain(parent).includes(slug)) say("parent", `"${slug}" would become its own ancestor`);
  });
  if (organization.territories.length === 0) {
    findings.push({ path: ["territories"], message: "there must be at least one" });
  }
  return findings;
}

function rolesOf({ actors }: Organization, roles: readonly string[]): Set<string> {
  const memberships = actors.flatMap((actor) => (actor.kind === "person" ? actor.memberships : []));
  return new Set(memberships.filter(({ role }) => roles.includes(role)).map(({ territory }) => territory));
}
