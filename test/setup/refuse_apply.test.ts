import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { SetupError } from "../../src/setup/problem.ts";
import { test } from "../support/database.ts";
import { acmeWith, change } from "./folder_of.ts";

test("a condition that is no jsonpath is refused with file and line, in Postgres's words", async ({
  database,
}) => {
  const folder = await acmeWith("scoring_rules.yaml", "$.employees >= 50", "$.employees >>= 50");
  await change(folder, "territory_rules.yaml", '$.email like_regex "\\\\.fr$"', "$.email like_regex (");
  expect(await problems(database.urls.worker, folder)).toEqual([
    expect.stringMatching(/^territory_rules\.yaml:\d+: condition: syntax error/),
    expect.stringMatching(/^scoring_rules\.yaml:\d+: condition: syntax error/),
  ]);
});

test("a condition that is a path and never true is refused", async ({ database }) => {
  const folder = await acmeWith("scoring_rules.yaml", '"exists($.phone)"', '"$.phone"');
  expect(await problems(database.urls.worker, folder)).toEqual([
    expect.stringMatching(/^scoring_rules\.yaml:\d+: condition: is a path, not a predicate/),
  ]);
});

test("an apply that breaks in the middle leaves nothing", async ({ database }) => {
  const before = await state(database.urls.superuser);
  await withConnection(database.urls.superuser, (root) =>
    root.query(`alter table app_public.scoring_rules add constraint broken check (points <> 17) not valid`),
  );
  const folder = await acmeWith("scoring_rules.yaml", "points: 30", "points: 17");
  await change(folder, "territories.yaml", "name: Germany", "name: Deutschland");
  await expect(applyFolder(database.urls.worker, folder)).rejects.toThrow("broken");
  expect(await state(database.urls.superuser)).toEqual(before);
});

test("a territory with leads keeps its identity boundary", async ({ database }) => {
  await withConnection(database.urls.superuser, (root) =>
    root.query(
      `insert into app_public.leads (territory_id, source, trace_id, first_seen_at, last_activity_at)
       select id, 'test', repeat('0', 32), now(), now() from app_public.territories where slug = 'fr'`,
    ),
  );
  const folder = await acmeWith(
    "territories.yaml",
    "time_zone: Europe/Paris, country: FR",
    "time_zone: Europe/Paris, country: FR, is_identity_boundary: true",
  );
  expect(await problems(database.urls.worker, folder)).toEqual([
    expect.stringMatching(
      /^territories\.yaml:\d+: slug: "fr" has leads, so its identity boundary must stay "global"/,
    ),
  ]);
  const other = await acmeWith(
    "territories.yaml",
    "country: GB }",
    "country: GB, is_identity_boundary: true }",
  );
  expect(await problems(database.urls.worker, other)).toEqual([]);
});

async function problems(url: string, folder: string): Promise<readonly string[]> {
  try {
    await applyFolder(url, folder);
    return [];
  } catch (error) {
    if (error instanceof SetupError) return error.problems;
    throw error;
  }
}

async function state(url: string): Promise<object[]> {
  return withConnection(url, async (root) => {
    const { rows } = await root.query<object>(
      "select name, (select count(*)::int from app_public.revisions) as revisions from app_public.territories order by 1",
    );
    return rows;
  });
}
