import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues } from "../support/rows.ts";

test("everybody sees exactly who shares a territory with them, above, beside or below", async ({ db }) => {
  // Two cousins, somebody above both, and somebody with a place in two branches.
  await db.query(
    "insert into app_public.territories (slug, name, kind, parent_id) values ('berlin', 'Berlin', 'patch', $1), ('bonn', 'Bonn', 'patch', $1)",
    [await territoryId(db, "de")],
  );
  await db.query(
    `insert into app_public.actors (kind, slug, name) select 'person', slug, slug from unnest(array['ben', 'bea', 'both', 'nobody']) as slug`,
  );
  await db.query(
    `insert into app_public.memberships (actor_id, territory_id, role)
     select actors.id, territories.id, 'rep' from app_public.actors, app_public.territories
      where (actors.slug, territories.slug) in (('ben', 'berlin'), ('bea', 'bonn'), ('both', 'bonn'), ('both', 'fr'))`,
  );
  const everybody = await allRows<{ id: number; slug: string }>(db, "select id, slug from app_public.actors");
  expect(everybody.length).toBeGreaterThan(15);
  for (const { id, slug } of everybody) {
    const shared = await sharing(db, id);
    await actAs(db, id);
    const seen = await allValues<string>(db, "select slug as value from app_public.actors order by slug");
    await stopActing(db);
    expect([slug, seen]).toEqual([slug, [...new Set([...shared, slug])].sort()]); // oneself, in any case
  }
});

async function sharing(db: ClientBase, actorId: number): Promise<string[]> {
  return allValues(
    db,
    `select distinct actors.slug as value
       from app_private.territory_grants as mine join app_private.territory_grants as others using (territory_id)
       join app_public.actors on actors.id = others.actor_id
      where mine.actor_id = $1`,
    [actorId],
  );
}
