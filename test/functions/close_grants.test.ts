import { Client, type ClientBase } from "pg";
import { expect, vi } from "vitest";
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

test("what an actor sees is kept as one row, and none for who is switched off or has no membership", async ({
  db,
}) => {
  expect(await scopesBesideGrants(db)).toEqual([]);
  await db.query("update app_public.actors set is_active = false where slug in ('mona', 'dora')");
  await db.query("update app_public.territories set parent_id = $1 where slug = 'uk'", [
    await territoryId(db, "americas"),
  ]);
  await db.query("update app_public.actors set is_active = true where slug = 'mona'");
  await db.query("delete from app_public.memberships where actor_id = $1", [await actorId(db, "felix")]);
  expect(await scope(db, "mona")).toEqual(["de", "emea", "fr"]);
  expect(await scope(db, "dora")).toBeNull();
  expect(await scope(db, "felix")).toBeNull();
  expect(await scopesBesideGrants(db)).toEqual([]);
});

test("of two changes at once neither forgets what the other took away", async ({ database }) => {
  const [one, other] = [database.urls.superuser, database.urls.superuser].map(
    (connectionString) => new Client({ connectionString }),
  ) as [Client, Client];
  await Promise.all([one.connect(), other.connect()]);
  try {
    const dora = await actorId(one, "dora");
    await one.query("begin");
    await one.query("delete from app_public.memberships where actor_id = $1", [dora]);
    const added = other.query(
      "insert into app_public.memberships (actor_id, territory_id, role) select $1, id, 'rep' from app_public.territories where slug = 'fr'",
      [dora],
    );
    await vi.waitUntil(() => somebodyWaits(one), { timeout: 20_000, interval: 20 });
    await one.query("commit");
    await added;
    expect(await scope(one, "dora")).toEqual(["fr"]);
    expect(await scopesBesideGrants(one)).toEqual([]);
  } finally {
    await Promise.all([one.end(), other.end()]);
  }
});

/** Whether another session of this database waits for a lock. */
async function somebodyWaits(client: Client): Promise<boolean> {
  return oneValue(
    client,
    "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as value",
  );
}

async function scope(db: ClientBase, slug: string): Promise<string[] | null> {
  return oneValue(
    db,
    `select (select array_agg(territories.slug order by territories.slug)
               from app_private.actor_scopes join app_public.territories on territories.id = any (territory_ids)
              where actor_id = $1) as value`,
    [await actorId(db, slug)],
  );
}

/** Actors whose kept row is not what their grants say. */
async function scopesBesideGrants(db: ClientBase): Promise<string[]> {
  return allValues(
    db,
    `select actors.slug as value from app_public.actors left join app_private.actor_scopes on actor_scopes.actor_id = actors.id
      where actor_scopes.territory_ids is distinct from (
        select array_agg(distinct territory_id order by territory_id) from app_private.territory_grants
         where territory_grants.actor_id = actors.id and actors.is_active)`,
  );
}

async function reach(db: ClientBase, slug: string): Promise<string[]> {
  return allValues(
    db,
    `select territories.slug as value from app_private.territory_grants
       join app_public.territories on territories.id = territory_id where actor_id = $1 order by 1`,
    [await actorId(db, slug)],
  );
}
