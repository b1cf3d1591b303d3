import { checkSlugs, findRepeats } from "./check_slugs.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

type Say = (path: PropertyKey[], message: string) => void;
type Team = Organization["teams"][number];

/** Who takes leads must exist and see them; one team of a kind per territory; escalation climbs and ends. */
export function checkTeams({ teams, actors }: Organization, tree: Tree): Finding[] {
  const findings = checkSlugs("teams", teams);
  const bySlug = new Map(teams.map((team) => [team.slug, team]));
  const actorsBySlug = new Map(actors.map((actor) => [actor.slug, actor]));
  teams.forEach((team, at) => {
    const say: Say = (path, message) => findings.push({ path: ["teams", at, ...path], message });
    if (!tree.has(team.territory)) say(["territory"], `there is no territory "${team.territory}"`);
    if (team.kind === "partner" && team.contact_name === null)
      say(["kind"], "a partner needs a contact_name");
    if (team.takes_leads && team.members.length === 0) say(["takes_leads"], "needs members to take them");
    checkEscalation(team, bySlug, tree, say);
    checkMembers(team, actorsBySlug, tree, say);
  });
  for (const flag of ["takes_leads", "handles_operations"] as const) {
    const first = new Map<string, Team>();
    teams.forEach((team, at) => {
      if (!team[flag]) return;
      const other = first.get(team.territory);
      if (other === undefined) first.set(team.territory, team);
      else
        findings.push({
          path: ["teams", at, flag],
          message: `"${other.slug}" does so in "${team.territory}"`,
        });
    });
  }
  return findings;
}

function checkEscalation(team: Team, bySlug: ReadonlyMap<string, Team>, tree: Tree, say: Say): void {
  if (team.escalates_to === null) return;
  const target = bySlug.get(team.escalates_to);
  if (target === undefined) {
    say(["escalates_to"], `there is no team "${team.escalates_to}"`);
    return;
  }
  if (tree.root(target.territory) !== tree.root(team.territory)) {
    say(["escalates_to"], `"${target.slug}" belongs to another root and sees nothing of it`);
  }
  const seen = new Set<string>();
  let next: Team | undefined = target;
  while (next !== undefined && next !== team && !seen.has(next.slug)) {
    seen.add(next.slug);
    next = next.escalates_to === null ? undefined : bySlug.get(next.escalates_to);
  }
  if (next === team) say(["escalates_to"], `"${team.slug}" would escalate to itself`);
}

function checkMembers(
  team: Team,
  actors: ReadonlyMap<string, Organization["actors"][number]>,
  tree: Tree,
  say: Say,
): void {
  const above = tree.chain(team.territory);
  team.members.forEach(({ actor: slug }, n) => {
    const actor = actors.get(slug);
    if (actor === undefined) say(["members", n, "actor"], `there is no actor "${slug}"`);
    else if (actor.kind !== "person") say(["members", n, "actor"], `"${slug}" is not a person`);
    else if (!actor.memberships.some(({ territory }) => above.includes(territory))) {
      say(["members", n, "actor"], `"${slug}" has no membership that reaches "${team.territory}"`);
    }
  });
  for (const n of findRepeats(team.members.map(({ actor }) => actor))) {
    say(["members", n, "actor"], "is a member already");
  }
}
