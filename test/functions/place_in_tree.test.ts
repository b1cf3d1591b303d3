import type { ClientBase } from "pg";
import { expect } from "vitest";
import { territoryId } from "../support/acme.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneRow, oneValue, refusalOf } from "../support/rows.ts";

test("a new territory knows its path, its root and its boundary", async ({ db }) => {
  await add(db, "berlin", "de");
  expect(await place(db, "berlin")).toEqual({
    path: ["global", "emea", "de", "berlin"],
    root: "global",
    boundary: "global",
  });
});

test("a territory may be a boundary of its own, and so are those below", async ({ db }) => {
  await add(db, "berlin", "de", true);
  await add(db, "mitte", "berlin");
  expect(await place(db, "mitte")).toMatchObject({ root: "global", boundary: "berlin" });
});

test("a root is a boundary or is refused", async ({ db }) => {
  const insert = `insert into app_public.territories (slug, name, kind, is_identity_boundary) values ('r', 'R', 'group', $1)`;
  expect(await refusalOf(db, insert, [false])).toBe("23502"); // no boundary
  expect(await refusalOf(db, insert, [true])).toBe("");
});

test("who moves takes everything below along", async ({ db }) => {
  await add(db, "berlin", "de");
  await add(db, "mitte", "berlin");
  await move(db, "de", "americas");
  expect(await place(db, "mitte")).toMatchObject({ path: ["global", "americas", "de", "berlin", "mitte"] });
  expect(await place(db, "fr")).toMatchObject({ path: ["global", "emea", "fr"] });
});

test("a move to another client changes root and boundary all the way down", async ({ db }) => {
  await add(db, "berlin", "de");
  await move(db, "de", "globex");
  expect(await place(db, "berlin")).toEqual({
    path: ["globex", "de", "berlin"],
    root: "globex",
    boundary: "globex",
  });
});

test.for([
  ["emea", "de"],
  ["global", "de"],
  ["de", "de"],
] as const)("%s does not move below %s: it would be its own ancestor", async ([slug, below], { db }) => {
  const attempt = "update app_public.territories set parent_id = $2 where id = $1";
  const refusal = await refusalOf(db, attempt, [await territoryId(db, slug), await territoryId(db, below)]);
  expect(refusal).toBe("CYCLE");
});

test("what changes no place changes nothing below", async ({ db }) => {
  await db.query("update app_public.territories set name = 'Deutschland' where slug = 'de'");
  expect(await place(db, "de")).toMatchObject({ path: ["global", "emea", "de"] });
});

test("a half-life counts down to the next territory that says its own, and moves with the tree", async ({
  db,
}) => {
  const halfLives = async () =>
    Object.fromEntries(
      (
        await allRows<{ slug: string; days: number }>(
          db,
          `select slug, half_life_days as days from app_public.territories where slug = any ('{global,de,fr,berlin,globex}')`,
        )
      ).map(({ slug, days }) => [slug, days]),
    );
  const say = (slug: string, days: number | null) =>
    db.query("update app_public.territories set attribution_half_life_days = $2 where slug = $1", [
      slug,
      days,
    ]);
  await add(db, "berlin", "de");
  await say("global", 10);
  await say("de", 3);
  expect(await halfLives()).toEqual({ global: 10, de: 3, fr: 10, berlin: 3, globex: 7 });
  await say("de", null);
  expect(await halfLives()).toEqual({ global: 10, de: 10, fr: 10, berlin: 10, globex: 7 });
  await move(db, "de", "globex");
  expect(await halfLives()).toEqual({ global: 10, de: 7, fr: 10, berlin: 7, globex: 7 });
});

async function add(db: ClientBase, slug: string, parent: string, isBoundary = false): Promise<void> {
  await db.query(
    `insert into app_public.territories (slug, name, kind, parent_id, is_identity_boundary) values ($1, $1, 'patch', $2, $3)`,
    [slug, await territoryId(db, parent), isBoundary],
  );
}

async function move(db: ClientBase, slug: string, parent: string): Promise<void> {
  await db.query("update app_public.territories set parent_id = $2 where slug = $1", [
    slug,
    await territoryId(db, parent),
  ]);
}

async function place(db: ClientBase, slug: string) {
  const id = await territoryId(db, slug);
  const path = await oneValue<string[]>(
    db,
    `select array_agg(ancestors.slug::text order by step.n) as value
       from app_public.territories cross join unnest(territories.path) with ordinality as step (id, n)
       join app_public.territories as ancestors on ancestors.id = step.id where territories.id = $1`,
    [id],
  );
  const ends = await oneRow(
    db,
    `select roots.slug as root, boundaries.slug as boundary from app_public.territories
       join app_public.territories as roots on roots.id = territories.root_id
       join app_public.territories as boundaries on boundaries.id = territories.boundary_id where territories.id = $1`,
    [id],
  );
  return { path, ...ends };
}
