import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, stopActing } from "../support/act_as.ts";
import { receive, someone } from "../support/arrivals.ts";
import { test } from "../support/database.ts";
import { allValues, oneValue } from "../support/rows.ts";

test("a membership reaches its territory and everything below, also what is added later", async ({ db }) => {
  expect(await reach(db, "mona")).toEqual(["de", "emea", "fr", "uk"]);
  await db.query(
    "insert into app_public.territories (slug, name, kind, parent_id) values ('berlin', 'Berlin', 'patch', $1)",
    [await territoryId(db, "de")],
  );
  expect(await reach(db, "mona")).toEqual(["berlin", "de", "emea", "fr", "uk"]);
});

test("a subtree that moves leaves the one manager's reach and enters the other's", async ({ db }) => {
  await db.query("update app_public.territories set parent_id = $1 where slug = 'de'", [
    await territoryId(db, "americas"),
  ]);
  expect(await reach(db, "mona")).toEqual(["emea", "fr", "uk"]);
  expect(await reach(db, "marco")).toEqual(["americas", "br", "de", "us"]);
});

test("a revoked membership ends with its row, inside the same transaction", async ({ db }) => {
  await receive(db, [{ attributes: someone() }]);
  const dora = await actorId(db, "dora");
  const seen = async () => {
    await actAs(db, dora);
    const count = await oneValue<number>(db, "select count(*)::int as value from app_public.leads");
    await stopActing(db);
    return count;
  };
  expect(await seen()).toBe(1);
  await db.query("delete from app_public.memberships where actor_id = $1", [dora]);
  expect(await seen()).toBe(0);
});

test("of two memberships that reach the same territory one may go", async ({ db }) => {
  const dora = await actorId(db, "dora");
  await db.query("insert into app_public.memberships (actor_id, territory_id, role) values ($1, $2, 'rep')", [
    dora,
    await territoryId(db, "emea"),
  ]);
  await db.query("delete from app_public.memberships where actor_id = $1 and territory_id = $2", [
    dora,
    await territoryId(db, "de"),
  ]);
  expect(await reach(db, "dora")).toEqual(["de", "emea", "fr", "uk"]);
});

test("who is switched off reaches nothing, with all memberships in place", async ({ db }) => {
  const mona = await actorId(db, "mona");
  await db.query("update app_public.actors set is_active = false where id = $1", [mona]);
  await actAs(db, mona);
  const count = await oneValue(db, "select count(*)::int as value from app_public.territories");
  await stopActing(db);
  expect(count).toBe(0);
});

async function reach(db: ClientBase, slug: string): Promise<string[]> {
  return allValues(
    db,
    `select territories.slug as value from app_private.territory_grants
       join app_public.territories on territories.id = territory_id where actor_id = $1 order by 1`,
    [await actorId(db, slug)],
  );
}
