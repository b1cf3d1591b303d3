import { expect } from "vitest";
import { applyFolder } from "../../src/setup/apply.ts";
import { actorId } from "../support/acme.ts";
import { actAs, actAsLogin, stopActing } from "../support/act_as.ts";
import { test } from "../support/database.ts";
import { acmeWith } from "./folder_of.ts";

test.for([
  ["dora", ["de rep"]],
  ["mona", ["de manager", "emea manager", "fr manager", "uk manager"]],
  ["vera", ["americas", "br", "de", "emea", "fr", "global", "uk", "us"].map((slug) => `${slug} viewer`)],
  ["gus", ["globex admin", "globex operations", "globex-nl admin", "globex-nl operations"]],
] as const)(
  "%s reaches the own territories and what lies below, no more",
  async ([slug, expected], { db }) => {
    const { rows } = await db.query<{ it: string }>(
      `select territories.slug || ' ' || role as it from app_private.territory_grants
       join app_public.territories on territories.id = territory_id where actor_id = $1 order by 1`,
      [await actorId(db, slug)],
    );
    expect(rows.map(({ it }) => it)).toEqual(expected);
    await actAs(db, await actorId(db, slug));
    const { rows: seen } = await db.query<{ slug: string }>(
      "select slug from app_public.territories order by 1",
    );
    expect(seen.map((row) => row.slug)).toEqual([...new Set(expected.map((it) => it.split(" ")[0]))]);
    await stopActing(db);
  },
);

test("the BI login sees the leads of its territory and no others", async ({ db }) => {
  await db.query(
    `insert into app_public.leads (territory_id, source, trace_id, first_seen_at, last_activity_at)
     select id, slug, repeat('0', 32), now(), now() from app_public.territories where slug in ('de', 'fr', 'emea')`,
  );
  await actAsLogin(db, "bi_de");
  const { rows } = await db.query<{ territory: string }>("select territory from bi.lead_queue");
  expect(rows).toEqual([{ territory: "de" }]);
  await stopActing(db);
});

test("a territory that moves takes its closure along", async ({ database, db }) => {
  const folder = await acmeWith("territories.yaml", "slug: uk, parent: emea", "slug: uk, parent: americas");
  await applyFolder(database.urls.worker, folder);
  const { rows } = await db.query<{ slug: string }>(
    `select actors.slug from app_private.territory_grants join app_public.actors on actors.id = actor_id
       join app_public.territories on territories.id = territory_id
      where territories.slug = 'uk' and role = 'manager'`,
  );
  expect(rows).toEqual([{ slug: "marco" }]);
});
