import type { Client } from "pg";
import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { act, createStranger, test } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

test("one sees whoever reaches one of one's own territories, and nobody else", async ({ db }) => {
  const seen = await actorsSeen(db, "dora");
  expect(seen).toEqual(expect.arrayContaining(["dora", "dirk", "mona", "olga", "vera", "ada", "bi_de"]));
  for (const hidden of ["felix", "uma", "bruno", "marco", "nina", "gus"]) expect(seen).not.toContain(hidden);
  expect(await actorsSeen(db, "nina")).toEqual(["gus", "nina"]);
  expect(await actorsSeen(db, "gus")).toEqual(["gus", "nina"]);
});

test("an admin sees all of their client and nobody of the other", async ({ db }) => {
  const seen = await actorsSeen(db, "ada");
  expect(seen).toEqual(expect.arrayContaining(["bruno", "dora", "felix", "marco", "mona", "uma"]));
  expect(seen).not.toContain("nina");
  expect(seen).not.toContain("gus");
});

test("the owner of a lead that one sees is seen, and vanishes with it", async ({ db }) => {
  expect(await actorsSeen(db, "dora")).not.toContain("felix");
  await db.query(
    `update app_public.leads set owner_id = (select id from app_public.actors where slug = 'felix')
      where territory_id = (select id from app_public.territories where slug = 'de')`,
  );
  expect(await actorsSeen(db, "dora")).toContain("felix");
  expect(await actorsSeen(db, "uma")).not.toContain("felix");
});

test("nobody sees nobody, a stranger sees themself", async ({ db }) => {
  expect(await actorsSeen(db, null)).toEqual([]);
  expect(await actorsSeen(db, await createStranger(db))).toEqual(["stranger"]);
});

test("of others one reads slug and name: no address, no manager, no login", async ({ db }) => {
  await act(db, "ada");
  for (const column of ["email", "manager_id", "db_role", "is_active", "*"]) {
    expect([column, await refusal(db, `select ${column} from app_public.actors`)]).toEqual([column, DENIED]);
  }
  for (const attempt of [
    "select slug from app_public.actors order by email",
    "select slug from app_public.actors where email like 'a%'",
    "update app_public.actors set name = name",
    "delete from app_public.actors",
  ]) {
    expect([attempt, await refusal(db, attempt)]).toEqual([attempt, DENIED]);
  }
});

test("a BI login cannot name the table, and would see whom a viewer of its territory sees", async ({
  db,
}) => {
  await actAsLogin(db, "bi_de");
  expect(await refusal(db, "select slug from app_public.actors")).toBe(DENIED);
  await stopActing(db);
  await db.query("grant usage on schema app_public to catchment_bi");
  await actAsLogin(db, "bi_de");
  const { rows } = await db.query<{ slug: string }>("select slug from app_public.actors");
  const slugs = rows.map(({ slug }) => slug);
  expect(slugs).toContain("dora");
  expect(slugs).not.toContain("felix");
  expect(slugs).not.toContain("nina");
});

async function actorsSeen(db: Client, who: string | number | null): Promise<string[]> {
  await act(db, who);
  const { rows } = await db.query<{ slug: string }>("select slug from app_public.actors order by slug");
  await stopActing(db);
  return rows.map(({ slug }) => slug);
}
