import type { Client } from "pg";
import { withConnection } from "../postgres/connect.ts";
import { type Change, difference } from "./difference.ts";
import { digestOf } from "./digest.ts";
import type { Organization } from "./organization.ts";
import { type Finding, SetupError } from "./problem.ts";
import { readSetup, type Setup } from "./read.ts";
import { readCurrent } from "./read_current.ts";
import { readWanted } from "./read_wanted.ts";
import { refuse } from "./refuse.ts";
import { stateOf } from "./state.ts";
import { writeRules } from "./write_rules.ts";

/** `changes`: what the draft would change. `ignored`: what the folder says beside, which a draft cannot hold. */
export type Draft = { revision: number; changes: Change[]; ignored: Change[] };

/**
 * Writes the rules of a folder down as a revision that is not in force, with who would be in the teams, to be rehearsed or run
 * in the shadow. It decides with the territories, people and teams that are there: names that are not applied yet are
 * refused, by file and line.
 */
export async function draftFolder(
  workerUrl: string,
  folder: string,
  { draftedBy = "catchment apply --draft", now }: { draftedBy?: string; now?: Date } = {},
): Promise<Draft> {
  const setup = await readSetup(folder, now);
  return withConnection(workerUrl, async (client) => {
    await client.query("begin");
    try {
      await refuse(client, setup);
      const unknown = await findUnknown(client, setup.organization);
      if (unknown.length > 0) throw new SetupError(folder, unknown.map(setup.describe));
      const wanted = stateOf(await readWanted(client, setup));
      const all = difference(stateOf(await readCurrent(client)), wanted);
      const changes = all.filter(isDrafted);
      const revision = await addDraft(client, setup, draftedBy);
      await writeRules(client, setup.organization, revision);
      await client.query(MEMBERS, [JSON.stringify(membersOf(setup.organization)), revision]);
      await client.query("commit");
      return { revision, changes, ignored: all.filter((change) => !changes.includes(change)) };
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  });
}

/** Rules with their order, and members of teams. */
function isDrafted({ part, action, fields }: Change): boolean {
  if (part === "teams") return action === "change" && fields.every(({ field }) => field === "members");
  return part.endsWith("_rules") && part !== "retention_rules";
}

/** Territories, people and teams that rules and pools name and that are not applied yet. */
async function findUnknown(client: Client, organization: Organization): Promise<Finding[]> {
  const { rows } = await client.query<{ name: string }>(
    `select 'territory ' || slug as name from app_public.territories
     union all select 'person ' || slug from app_public.actors where is_active
     union all select 'team ' || slug from app_public.teams where is_active`,
  );
  const known = new Set(rows.map(({ name }) => name));
  const ask = (kind: string, slug: string | null | undefined, path: Finding["path"]): Finding[] =>
    slug === null || slug === undefined || known.has(`${kind} ${slug}`)
      ? []
      : [
          {
            path,
            message: `a draft needs a ${kind} that is applied: "${slug}" is not. Apply it first, without rules that name it`,
          },
        ];
  const { routing_rules, teams } = organization;
  const sections = [
    "territory_rules",
    "scoring_rules",
    "survivorship_rules",
    "routing_rules",
    "gate_rules",
  ] as const;
  return [
    ...sections.flatMap((section) =>
      organization[section].flatMap(({ territory }, at) =>
        ask("territory", territory, [section, at, "territory"]),
      ),
    ),
    ...routing_rules.flatMap(({ person, team }, at) => [
      ...ask("person", person, ["routing_rules", at, "person"]),
      ...ask("team", team, ["routing_rules", at, "team"]),
    ]),
    ...teams.flatMap(({ slug, members }, at) => [
      ...(members.length > 0 ? ask("team", slug, ["teams", at, "slug"]) : []),
      ...members.flatMap(({ actor }, n) => ask("person", actor, ["teams", at, "members", n, "actor"])),
    ]),
  ];
}

function membersOf({ teams }: Organization) {
  return teams.flatMap(({ slug, members }) =>
    members.map((member, at) => ({ ...member, team: slug, position: at + 1 })),
  );
}

async function addDraft(client: Client, { organization, exceptionPolicies }: Setup, draftedBy: string) {
  const { rows } = await client.query<{ id: number }>(
    "insert into app_public.revisions (digest, applied_by, applied_at, is_draft) values ($1, $2, now(), true) returning id",
    [digestOf({ organization, exceptionPolicies }), draftedBy],
  );
  const [revision] = rows;
  if (revision === undefined) throw new Error("The draft was not written.");
  return revision.id;
}

const MEMBERS = `
  insert into app_private.draft_members (revision, team_id, actor_id, position, weight, capacity, daily_capacity)
  select $2, teams.id, actors.id, wanted.position, wanted.weight, wanted.capacity, wanted.daily_capacity
    from jsonb_to_recordset($1) as wanted (team text, actor text, position int, weight int, capacity int, daily_capacity int)
    join app_public.teams on teams.slug = wanted.team
    join app_public.actors on actors.slug = wanted.actor`;
