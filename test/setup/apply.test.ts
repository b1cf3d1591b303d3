import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { test } from "../support/database.ts";
import { ACME, acmeWith, change } from "./folder_of.ts";

test("the same folder again makes no revision and changes nothing", async ({ database }) => {
  const before = await everything(database.urls.superuser);
  expect(await applyFolder(database.urls.worker, ACME)).toEqual({
    revision: 1,
    changed: false,
    changes: [],
    warnings: [],
  });
  expect(await everything(database.urls.superuser)).toEqual(before);
});

test("two at once make one revision", async ({ database }) => {
  const folder = await acmeWith("teams.yaml", "capacity: 30", "capacity: 31");
  const both = await Promise.all([
    applyFolder(database.urls.worker, folder),
    applyFolder(database.urls.worker, folder),
  ]);
  expect(both.map(({ changed }) => changed).toSorted()).toEqual([false, true]);
  expect(both[0]?.revision).toBe(both[1]?.revision);
});

test("a revision says who applied it and when, and holds the whole set of rules", async ({
  database,
  db,
}) => {
  const folder = await acmeWith("scoring_rules.yaml", "points: 30", "points: 25");
  const now = new Date("2026-01-02T03:04:05Z");
  const { revision } = await applyFolder(database.urls.worker, folder, { appliedBy: "ada", now });
  expect(
    await rows(db, "select applied_by, applied_at from app_public.revisions where id = $1", [revision]),
  ).toEqual([{ applied_by: "ada", applied_at: now }]);
  const sets = await rows(
    db,
    `select (select count(*)::int from app_public.territory_rules where revision = $1) as rules,
            (select count(*)::int from app_public.scoring_rules where revision = $1) as points,
            app_private.current_revision() as current`,
    [revision],
  );
  expect(sets).toEqual([{ rules: 10, points: 12, current: revision }]);
  expect(
    await rows(db, "select points from app_public.scoring_rules where revision = 1 and points = 30"),
  ).toHaveLength(1);
});

test("a changed contract is version 2 and active; version 1 stays as it was", async ({ database, db }) => {
  const folder = await acmeWith("capture_paths.yaml", "fallback_territory: br", "fallback_territory: us");
  await applyFolder(database.urls.worker, folder);
  const versions = await rows(
    db,
    `select version, definition ->> 'fallback_territory' as fallback, territories.slug, is_history,
            contracts.id = capture_paths.active_contract_id as active
       from app_public.contracts
       join app_public.capture_paths on capture_paths.id = contracts.path_id
       join app_public.territories on territories.id = contracts.fallback_territory_id
      where capture_paths.slug = 'olist-mql' order by version`,
  );
  expect(versions).toEqual([
    { version: 1, fallback: "br", slug: "br", is_history: true, active: false },
    { version: 2, fallback: "us", slug: "us", is_history: true, active: true },
  ]);
  const others =
    "select 1 from app_public.contracts join app_public.capture_paths on capture_paths.id = path_id";
  expect(await rows(db, `${others} where slug = 'web-form'`)).toHaveLength(1);
});

test("a half-life comes into force below its territory, and goes back to the one above", async ({
  database,
  db,
}) => {
  const german = "kind: market, time_zone: Europe/Berlin, country: DE";
  const folder = await acmeWith("territories.yaml", german, `${german}, attribution_half_life_days: 1.5`);
  const halfLives = () =>
    rows(
      db,
      "select slug, half_life_days from app_public.territories where slug in ('de', 'fr') order by slug",
    );
  const { changes } = await applyFolder(database.urls.worker, folder);
  expect(changes).toContainEqual({
    part: "territories",
    action: "change",
    name: "de",
    fields: [{ field: "attribution_half_life_days", how: "added", before: null, after: 1.5 }],
  });
  expect(await halfLives()).toEqual([
    { slug: "de", half_life_days: 1.5 },
    { slug: "fr", half_life_days: 7 },
  ]);
  await applyFolder(database.urls.worker, ACME);
  expect(await halfLives()).toEqual([
    { slug: "de", half_life_days: 7 },
    { slug: "fr", half_life_days: 7 },
  ]);
});

test("which score routing may use, and of which part a rule is, come from the folder", async ({
  database,
  db,
}) => {
  const german = "kind: market, time_zone: Europe/Berlin, country: DE";
  const folder = await acmeWith("territories.yaml", german, `${german}, routing_score: predicted`);
  const paid = "part: engagement, points: 5, reason: Came by paid search, condition: '$.medium == \"cpc\"'";
  await change(
    folder,
    "scoring_rules.yaml",
    paid,
    "part: engagement, points: 5, reason: Came again, touches_min: 3",
  );
  await applyFolder(database.urls.worker, folder);
  expect(
    await rows(db, "select slug, routing_score from app_public.territories where routing_score is not null"),
  ).toEqual([{ slug: "de", routing_score: "predicted" }]);
  const said = `select part, points, condition, touches_min from app_public.scoring_rules
                 where revision = app_private.current_revision() and part <> 'fit' order by position`;
  expect(await rows(db, said)).toEqual([
    { part: "engagement", points: 15, condition: 'exists ($."message")', touches_min: null },
    { part: "engagement", points: 5, condition: null, touches_min: 3 },
  ]);
  expect((await applyFolder(database.urls.worker, folder)).changes).toEqual([]);
  expect((await applyFolder(database.urls.worker, ACME)).changes).not.toEqual([]);
  expect(await rows(db, "select from app_public.territories where routing_score is not null")).toEqual([]);
});

test("what the folder no longer names is switched off, and comes back with it", async ({ database }) => {
  const folder = await acmeWith(
    "sla_policies.yaml",
    "slug: first-response-globex",
    "slug: first-response-gx",
  );
  await cut(folder, "capture_paths.yaml", "  - slug: globex-form", "  # Signed");
  await cut(folder, "actors.yaml", "  # Machines", "  # The database role");
  await change(
    folder,
    "actors.yaml",
    "[{ territory: global, role: viewer }]",
    "[{ territory: emea, role: viewer }]",
  );
  await applyFolder(database.urls.worker, folder);
  expect(await states(database.urls.superuser)).toEqual({
    path: false,
    actor: false,
    partner_sees: 0,
    vera_sees: 4,
    old_policy: false,
    new_policy: true,
  });
  await applyFolder(database.urls.worker, ACME);
  expect(await states(database.urls.superuser)).toEqual({
    path: true,
    actor: true,
    partner_sees: 1,
    vera_sees: 8,
    old_policy: true,
    new_policy: false,
  });
});

test("a member keeps the turn, leaves and joins; a team hands its leads over in one step", async ({
  database,
  db,
}) => {
  await withConnection(database.urls.superuser, (root) =>
    root.query(
      "update app_public.team_members set last_turn = 7 from app_public.actors where actors.id = actor_id and slug = 'dora'",
    ),
  );
  const folder = await acmeWith("teams.yaml", "      - { actor: dirk }\n", "");
  await change(folder, "teams.yaml", "{ actor: dora }", "{ actor: dora, weight: 2 }");
  await change(
    folder,
    "teams.yaml",
    "takes_leads: true\n    escalates_to: operations\n    members: [{ actor: uma }]",
    "escalates_to: operations",
  );
  await change(
    folder,
    "teams.yaml",
    "  - slug: sales-br",
    "  - slug: more-us\n    name: More\n    territory: us\n    takes_leads: true\n    members: [{ actor: uma }]\n  - slug: sales-br",
  );
  await applyFolder(database.urls.worker, folder);
  const members = await rows(
    db,
    `select actors.slug, weight, team_members.last_turn::int from app_public.team_members
       join app_public.actors on actors.id = actor_id join app_public.teams on teams.id = team_id
      where teams.slug = 'sales-de' order by position`,
  );
  expect(members).toEqual([
    { slug: "dora", weight: 2, last_turn: 7 },
    { slug: "doris", weight: 1, last_turn: 0 },
    { slug: "dieter", weight: 1, last_turn: 0 },
  ]);
});

async function rows(db: Client, query: string, values: unknown[] = []): Promise<object[]> {
  return (await db.query<object>(query, values)).rows;
}

/** Every row of configuration, apart from the audit's. */
async function everything(url: string): Promise<object[]> {
  const tables = [
    "territories",
    "actors",
    "memberships",
    "teams",
    "team_members",
    "capture_paths",
    "contracts",
    "responsibilities",
    "sla_policies",
    "exception_policies",
    "revisions",
    "territory_rules",
    "scoring_rules",
    "survivorship_rules",
    "routing_rules",
  ];
  return withConnection(url, async (root) => {
    const found: object[] = [];
    for (const table of tables)
      found.push(
        ...(await rows(root, `select '${table}' as t, t.*::text from app_public.${table} t order by 2`)),
      );
    return found;
  });
}

async function states(url: string): Promise<object | undefined> {
  const seen =
    "select count(*)::int from app_private.territory_grants join app_public.actors on actors.id = actor_id where slug =";
  const [state] = await withConnection(url, (root) =>
    rows(
      root,
      `select (select is_active from app_public.capture_paths where slug = 'globex-form') as path,
      (select is_active from app_public.actors where slug = 'partner') as actor,
      (${seen} 'partner') as partner_sees, (${seen} 'vera') as vera_sees,
      (select is_active from app_public.sla_policies where slug = 'first-response-globex') as old_policy,
      (select is_active from app_public.sla_policies where slug = 'first-response-gx') as new_policy`,
    ),
  );
  return state;
}

async function cut(folder: string, file: string, from: string, to: string): Promise<void> {
  const content = await readFile(join(folder, file), "utf8");
  await writeFile(
    join(folder, file),
    content.slice(0, content.indexOf(from)) + content.slice(content.indexOf(to)),
  );
}
