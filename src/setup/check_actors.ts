import { checkSlugs, findRepeats } from "./check_slugs.ts";
import type { Organization } from "./organization.ts";
import type { Finding } from "./problem.ts";
import type { Tree } from "./tree.ts";

/** Managers and territories must exist; BI logins and nobody else have a database role, each its own. */
export function checkActors({ actors }: Organization, tree: Tree): Finding[] {
  const findings = checkSlugs("actors", actors);
  const bySlug = new Map(actors.map((actor) => [actor.slug, actor]));
  const roles = actors.flatMap(({ db_role }) => db_role ?? []);
  actors.forEach(({ slug, kind, db_role, manager, memberships }, at) => {
    const say = (path: PropertyKey[], message: string) =>
      findings.push({ path: ["actors", at, ...path], message });
    if (manager !== null) {
      if (!bySlug.has(manager)) say(["manager"], `there is no actor "${manager}"`);
      else if (bySlug.get(manager)?.kind !== "person") say(["manager"], `"${manager}" is not a person`);
      else if (isOwnManager(slug, bySlug)) say(["manager"], `"${slug}" would become their own manager`);
    }
    if (kind === "bi_login" && db_role === null) say(["kind"], "a BI login needs its db_role");
    if (kind !== "bi_login" && db_role !== null) say(["db_role"], "is for kind: bi_login only");
    if (db_role !== null && roles.indexOf(db_role) !== roles.lastIndexOf(db_role)) {
      say(["db_role"], `"${db_role}" is used by two actors`);
    }
    memberships.forEach(({ territory, role }, n) => {
      if (!tree.has(territory)) {
        say(["memberships", n, "territory"], `there is no territory "${territory}"`);
      }
      if (kind === "bi_login" && role !== "viewer") say(["memberships", n, "role"], "a BI login is a viewer");
    });
    for (const n of findRepeats(memberships.map(({ territory, role }) => `${territory} ${role}`))) {
      say(["memberships", n], "is there already");
    }
  });
  return findings;
}

function isOwnManager(slug: string, bySlug: ReadonlyMap<string, { manager: string | null }>): boolean {
  const seen = new Set<string>();
  let at = bySlug.get(slug)?.manager ?? null;
  while (at !== null && at !== slug && !seen.has(at)) {
    seen.add(at);
    at = bySlug.get(at)?.manager ?? null;
  }
  return at === slug;
}
