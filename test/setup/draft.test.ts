import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { draftFolder } from "../../src/setup/draft.ts";
import { planFolder } from "../../src/setup/plan.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { ACME, acmeWith, change } from "./folder_of.ts";

test("a draft is written down, with its members, and decides nothing", async ({ database, db }) => {
  const folder = await acmeWith("teams.yaml", "capacity: 30", "capacity: 31, weight: 7");
  await writeFile(
    join(folder, "routing_rules.yaml"),
    "routing_rules:\n  - { territory: de, person: doris }\n",
  );
  const draft = await draftFolder(database.urls.worker, folder);
  expect(draft.changes.map(({ part, action }) => [part, action])).toEqual([
    ["teams", "change"],
    ["routing_rules", "add"],
  ]);
  expect(draft.ignored).toEqual([]);
  expect(await oneValue(db, "select app_private.current_revision() as value")).toBe(1);
  expect(
    await allRows(db, "select is_draft from app_public.revisions where id = $1", [draft.revision]),
  ).toEqual([{ is_draft: true }]);
  const weights = (revision: number) =>
    allValues(
      db,
      `select members.weight as value from app_public.teams
        cross join lateral app_private.members_under(teams.id, $1) as members where teams.slug = 'sales-de' order by 1`,
      [revision],
    );
  expect(await weights(draft.revision)).toContain(7);
  expect(await weights(1)).not.toContain(7);
  expect((await planFolder(database.urls.worker, ACME)).changes).toEqual([]);
  await withConnection(database.urls.worker, async (worker) => {
    await worker.query("begin");
    const [lead] = await receive(worker, [{ attributes: someone() }]);
    const revisions = "select revision as value from app_public.decisions where lead_id = $1";
    expect(await allValues(worker, revisions, [lead?.leadId])).toEqual([1]);
    await worker.query("rollback");
  });
});

test("the revision that is applied next is in force, whatever drafts stand between", async ({
  database,
  db,
}) => {
  await draftFolder(database.urls.worker, await acmeWith("teams.yaml", "capacity: 30", "capacity: 33"));
  expect((await applyFolder(database.urls.worker, ACME)).changed).toBe(false);
  const folder = await acmeWith("scoring_rules.yaml", "points: 30", "points: 26");
  const { revision } = await applyFolder(database.urls.worker, folder);
  await draftFolder(database.urls.worker, ACME);
  expect(await oneValue(db, "select app_private.current_revision() as value")).toBe(revision);
});

test("names that are not applied are refused by file and line, and nothing is written", async ({
  database,
  db,
}) => {
  const folder = await acmeWith(
    "territory_rules.yaml",
    "{ territory: uk, country: GB }",
    "{ territory: ie, country: GB }",
  );
  await appendFile(
    join(folder, "territories.yaml"),
    "\n  - { slug: ie, parent: emea, name: Ireland, kind: market, time_zone: Europe/Dublin }\n",
  );
  const before = await oneValue(db, "select count(*) as value from app_public.revisions");
  await expect(draftFolder(database.urls.worker, folder)).rejects.toThrow(
    /territory_rules\.yaml:\d+: territory: a draft needs a territory that is applied: "ie" is not/,
  );
  expect(await oneValue(db, "select count(*) as value from app_public.revisions")).toBe(before);
});

test("a new person and a new team are refused wherever rules and pools name them, all at once", async ({
  database,
}) => {
  const folder = await acmeWith(
    "teams.yaml",
    "teams:\n",
    "teams:\n  - { slug: new-pool, name: New pool, territory: de, members: [{ actor: dora }, { actor: nobu }] }\n",
  );
  await change(
    folder,
    "actors.yaml",
    "actors:\n",
    "actors:\n  - { slug: nobu, kind: person, name: Nobu, memberships: [{ territory: de, role: rep }] }\n",
  );
  await writeFile(
    join(folder, "draft.yaml"),
    "routing_rules:\n  - { territory: de, country: DE, person: nobu }\n  - { territory: de, team: new-pool }\n",
  );
  const refused = await draftFolder(database.urls.worker, folder).catch((error: unknown) => error);
  const needs = (kind: string, slug: string) =>
    expect.stringContaining(`a draft needs a ${kind} that is applied: "${slug}" is not`);
  expect(refused).toMatchObject({
    problems: [
      expect.stringMatching(/^draft\.yaml:2: person: /),
      expect.stringMatching(/^draft\.yaml:3: team: /),
      expect.stringMatching(/^teams\.yaml:\d+: slug: /),
      expect.stringMatching(/^teams\.yaml:\d+: members\.\d\.actor: /),
    ],
  });
  expect(refused).toMatchObject({
    problems: [
      needs("person", "nobu"),
      needs("team", "new-pool"),
      needs("team", "new-pool"),
      needs("person", "nobu"),
    ],
  });
});

test("what a draft cannot hold is said", async ({ database }) => {
  const folder = await acmeWith("teams.yaml", "capacity: 30", "capacity: 35");
  await change(folder, "territories.yaml", "name: Germany", "name: Deutschland");
  const { changes, ignored } = await draftFolder(database.urls.worker, folder);
  expect(ignored.map(({ part }) => part)).toEqual(["territories"]);
  expect(changes.map(({ part }) => part)).toContain("teams");
});

test.for([
  ["routing_rules", "{ territory: de, condition: '$.employees >=', person: dora }"],
  ["gate_rules", "{ territory: de, condition: '$.employees >=', result: review }"],
])(
  "a predicate of %s that does not parse is refused with file and line",
  async ([section, rule], { database }) => {
    const folder = await acmeWith("teams.yaml", "", "");
    await writeFile(join(folder, "bad.yaml"), `${section}:\n  - ${rule}\n`);
    await expect(draftFolder(database.urls.worker, folder)).rejects.toThrow(
      /bad\.yaml:2: condition: syntax error/,
    );
  },
);
