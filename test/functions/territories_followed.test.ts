import type { ClientBase } from "pg";
import { expect } from "vitest";
import { actorId } from "../support/acme.ts";
import { actAsLogin } from "../support/act_as.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, oneValue, refusalOf } from "../support/rows.ts";

test("a follower follows what they reach: all of it, or a territory and all below it", async ({ db }) => {
  expect(await followed(db, "dora", null)).toEqual(["de"]);
  expect(await followed(db, "mona", null)).toEqual(["de", "emea", "fr", "uk"]);
  expect(await followed(db, "vera", "emea")).toEqual(["de", "emea", "fr", "uk"]);
  expect(await followed(db, "vera", "de")).toEqual(["de"]);
  const id = await oneValue<number>(db, "select id as value from app_public.territories where slug = 'fr'");
  expect(await followed(db, "mona", String(id))).toEqual(["fr"]);
  expect(await followed(db, "vera", null, id)).toEqual(["fr"]);
});

test("hidden and absent territories answer none, alike", async ({ db }) => {
  for (const slug of ["fr", "emea", "globex-nl", "atlantis", "", "-1"]) {
    expect([slug, await followed(db, "dora", slug)]).toEqual([slug, []]);
  }
});

test("who is switched off is not known; each is answered in their order", async ({ db }) => {
  await db.query("update app_public.actors set is_active = false where slug = 'felix'");
  const ids = [await actorId(db, "felix"), await actorId(db, "dora"), -1];
  const rows = await allRows<Answer>(db, ASK, [ids, [null, null, null], [null, null, null], null]);
  expect(rows.map(({ is_known }) => is_known)).toEqual([false, true, false]);
  expect(rows.map(({ territory_ids }) => territory_ids.length)).toEqual([0, 1, 0]);
});

test("a key must be good, its own actor's, and may read", async ({ db }) => {
  const partner = await actorId(db, "partner");
  const key = await oneValue<number>(
    db,
    `insert into app_private.api_keys (actor_id, prefix, secret_hash, operations, created_at)
     values ($1, repeat('a', 12), decode(repeat('00', 32), 'hex'), '{read}', now() - interval '2 days') returning id as value`,
    [partner],
  );
  const isKnown = async (actor = partner) =>
    (await allRows<Answer>(db, ASK, [[actor], [key], [null], null]))[0]?.is_known;
  expect(await isKnown()).toBe(true);
  expect(await isKnown(await actorId(db, "dora"))).toBe(false);
  for (const end of ["operations = '{capture}'", "expires_at = now()", "revoked_at = now()"]) {
    await db.query("savepoint good");
    await db.query(`update app_private.api_keys set ${end} where id = $1`, [key]);
    expect([end, await isKnown()]).toEqual([end, false]);
    await db.query("rollback to savepoint good");
  }
});

test("follow_territories: a lease of a minute, renewed and never shortened, for what is there", async ({
  db,
}) => {
  const [de, fr] = await Promise.all(
    ["de", "fr"].map((slug) =>
      oneValue<number>(db, "select id as value from app_public.territories where slug = $1", [slug]),
    ),
  );
  const follow = (ids: unknown[], seconds: number) =>
    allRows<{ territory_id: number; channel: string; had_ended: boolean }>(
      db,
      `select * from app_hidden.follow_territories($1, now() + make_interval(secs => $2)) order by territory_id = $3 desc`,
      [ids, seconds, de],
    );
  const first = await follow([de, -1, de], 0);
  expect(first).toEqual([
    { territory_id: de, channel: expect.stringMatching(/^live_[0-9a-f]{32}$/), had_ended: true },
  ]);
  const second = await follow([de, fr], 30);
  expect(second.map(({ had_ended }) => had_ended)).toEqual([false, true]);
  expect(second[0]?.channel).toBe(first[0]?.channel);
  expect(second[1]?.channel).not.toBe(first[0]?.channel);
  await follow([de], 10);
  expect(await follow([de], 89)).toMatchObject([{ had_ended: false }]);
  expect(await follow([de], 149)).toMatchObject([{ had_ended: true }]);
});

test("users and BI logins can ask for neither, nor read where changes are announced", async ({ db }) => {
  for (const login of ["catchment_user", "bi_de"]) {
    await actAsLogin(db, login === "bi_de" ? login : "catchment_api");
    if (login === "catchment_user") await db.query("set local role catchment_user");
    for (const attempt of [
      "select app_hidden.territories_followed('{1}', '{null}', '{null}', null)",
      "select app_hidden.follow_territories('{1}', now())",
      "select channel from app_private.live_territories",
    ]) {
      expect([login, attempt, await refusalOf(db, attempt)]).toEqual([login, attempt, "42501"]);
    }
  }
});

type Answer = { is_known: boolean; territory_ids: number[] };

const ASK = "select * from app_hidden.territories_followed($1, $2, $3, $4)";

async function followed(
  db: ClientBase,
  slug: string,
  asked: string | null,
  one: number | null = null,
): Promise<string[]> {
  const { rows } = await db.query<{ slug: string }>(
    `select territories.slug from app_hidden.territories_followed(array(select id from app_public.actors where slug = $1), '{null}', array[$2], $3) as answer
       join app_public.territories on territories.id = any (answer.territory_ids) order by 1`,
    [slug, asked, one],
  );
  return rows.map((row) => row.slug);
}
