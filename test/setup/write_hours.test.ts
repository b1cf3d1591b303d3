import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { applyFolder } from "../../src/setup/apply.ts";
import { test } from "../support/database.ts";

import { allRows } from "../support/rows.ts";
import { ACME, acmeWith, change } from "./folder_of.ts";

test("hours, days, time to accept and the fallback are written, applied once, and taken away again", async ({
  database,
}) => {
  const folder = await acmeWith(
    "teams.yaml",
    "      - { actor: dieter, capacity: 30 }",
    `      - { actor: dieter, capacity: 30, daily_capacity: 7 }
    accept_seconds: 600
    working_hours:
      - { days: [mon, tue], from: "09:00", to: "12:00" }
      - { days: [tue], from: "13:30", to: "24:00" }`,
  );
  await change(
    folder,
    "territories.yaml",
    "{ slug: fr,",
    "{ slug: fr, unassigned_seconds: 300, fallback: sales-emea,",
  );
  await change(
    folder,
    "actors.yaml",
    "slug: dora\n",
    'slug: dora\n    time_zone: Europe/Lisbon\n    working_hours: [{ days: [sat], from: "10:00", to: "11:00" }]\n',
  );
  expect((await applyFolder(database.urls.worker, folder)).changed).toBe(true);
  expect((await applyFolder(database.urls.worker, folder)).changed).toBe(false);
  expect(await written(database.urls.superuser)).toEqual({
    hours: [
      "dora 6 10:00:00-11:00:00",
      "sales-de 1 09:00:00-12:00:00",
      "sales-de 2 09:00:00-12:00:00",
      "sales-de 2 13:30:00-24:00:00",
    ],
    accept: 600,
    a_day: 7,
    fallback: "sales-emea",
    unassigned: 300,
    zone: "Europe/Lisbon",
  });
  await applyFolder(database.urls.worker, ACME);
  expect(await written(database.urls.superuser)).toEqual({
    hours: null,
    accept: null,
    a_day: null,
    fallback: null,
    unassigned: null,
    zone: null,
  });
});

test("a newcomer begins where the others are on average", async ({ database }) => {
  await withConnection(database.urls.superuser, (root) =>
    root.query(
      "update app_public.team_members set credit = 600 from app_public.teams where teams.id = team_id and slug = 'sales-de'",
    ),
  );
  const folder = await acmeWith(
    "teams.yaml",
    "      - { actor: doris }\n",
    "      - { actor: doris }\n      - { actor: mona }\n",
  );
  await applyFolder(database.urls.worker, folder);
  const [row] = await withConnection(database.urls.superuser, (root) =>
    allRows(
      root,
      `select credit::int from app_public.team_members join app_public.actors on actors.id = actor_id
         join app_public.teams on teams.id = team_id where actors.slug = 'mona' and teams.slug = 'sales-de'`,
    ),
  );
  expect(row).toEqual({ credit: 600 });
});

async function written(url: string): Promise<unknown> {
  const [row] = await withConnection(url, (root) => allRows(root, WRITTEN));
  return row;
}

const WRITTEN = `
  select (select array_agg(format('%s %s %s-%s', coalesce(actors.slug, teams.slug), day, starts, ends) order by coalesce(actors.slug, teams.slug), day, starts)
            from app_public.working_hours left join app_public.actors on actors.id = actor_id left join app_public.teams on teams.id = team_id) as hours,
         (select accept_seconds from app_public.teams where slug = 'sales-de') as accept,
         (select daily_capacity from app_public.team_members join app_public.actors on actors.id = actor_id where slug = 'dieter') as a_day,
         (select teams.slug from app_public.territories join app_public.teams on teams.id = fallback_team_id where territories.slug = 'fr') as fallback,
         (select unassigned_seconds from app_public.territories where slug = 'fr') as unassigned,
         (select time_zone from app_public.actors where slug = 'dora') as zone`;
