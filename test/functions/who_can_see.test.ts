import type { Client } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, actAsLogin, stopActing } from "../support/act_as.ts";
import { asWorker, receiveOne, someone } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows, allValues } from "../support/rows.ts";

type Reader = { actor: string; ways: string[]; role: string; granted_on: string | null; path: string[] };

async function whoSees(db: Client, leadId: string): Promise<Reader[]> {
  return asWorker(db, () =>
    allRows(db, "select actor, ways, role, granted_on, path from app_private.who_can_see($1, now())", [
      leadId,
    ]),
  );
}

const slugs = (readers: Reader[]) => [...new Set(readers.map(({ actor }) => actor))].sort();

test("everybody with a membership there or above, with the way down; nobody of the other client", async ({
  db,
}) => {
  const { leadId } = await receiveOne(db, { attributes: someone({ country: "FR" }) });
  const readers = await whoSees(db, leadId);
  expect(slugs(readers)).toEqual(["ada", "felix", "mona", "olga", "vera"]);
  const reasonOf = (slug: string) => readers.find(({ actor }) => actor === slug);
  expect(reasonOf("felix")).toEqual({
    actor: "felix",
    ways: ["token"],
    role: "rep",
    granted_on: "fr",
    path: ["fr"],
  });
  expect(reasonOf("mona")).toMatchObject({ role: "manager", granted_on: "emea", path: ["emea", "fr"] });
  expect(reasonOf("ada")).toMatchObject({
    role: "admin",
    granted_on: "global",
    path: ["global", "emea", "fr"],
  });
});

test("each grant is a row of its own, and one that no membership explains says so", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const [dora, emea, de] = [
    await actorId(db, "dora"),
    await territoryId(db, "emea"),
    await territoryId(db, "de"),
  ];
  await db.query("insert into app_public.memberships values ($1, $2, 'viewer')", [dora, emea]);
  await db.query("insert into app_private.territory_grants values ($1, $2, 'admin')", [
    await actorId(db, "uma"),
    de,
  ]);
  const readers = await whoSees(db, leadId);
  expect(readers.filter(({ actor }) => actor === "dora").map(({ role, path }) => [role, path])).toEqual([
    ["viewer", ["emea", "de"]],
    ["rep", ["de"]],
  ]);
  expect(readers.filter(({ actor }) => actor === "uma")).toMatchObject([
    { role: "admin", granted_on: null, path: [] },
  ]);
});

test("how they come in: good keys that may read, logins that are there", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  const keys = [
    ["aaaaaaaaaaaa", "{read}", null, null],
    ["bbbbbbbbbbbb", "{capture}", null, null],
    ["cccccccccccc", "{read}", "now()", null],
    ["dddddddddddd", "{read}", null, "now()"],
  ];
  for (const [prefix, operations, revoked, expires] of keys) {
    await db.query(
      `insert into app_private.api_keys (actor_id, prefix, secret_hash, operations, created_at, revoked_at, expires_at)
       values ($1, $2::text, sha256(convert_to($2::text, 'UTF8')), $3, now() - interval '1 day', ${revoked}, ${expires})`,
      [await actorId(db, "partner"), prefix, operations],
    );
  }
  const waysOf = async (slug: string) =>
    (await whoSees(db, leadId)).find(({ actor }) => actor === slug)?.ways;
  expect(await waysOf("partner")).toEqual(["key aaaaaaaaaaaa"]);
  expect(await waysOf("bi_de")).toEqual(["login bi_de"]);
  await db.query("update app_public.actors set db_role = 'nobody_logs_in_so' where slug = 'bi_de'");
  expect(await waysOf("bi_de")).toBeUndefined();
});

test("nobody switched off, nobody where there is no such lead", async ({ db }) => {
  const { leadId } = await receiveOne(db, { attributes: someone() });
  await db.query("update app_public.actors set is_active = false where slug = 'ada'");
  expect(slugs(await whoSees(db, leadId))).not.toContain("ada");
  expect(await whoSees(db, crypto.randomUUID())).toEqual([]);
});

test("it agrees with what everybody sees by selecting, whatever memberships and moves there were", async ({
  db,
}) => {
  const seed = crypto.randomUUID();
  const countries = ["DE", "FR", "GB", "US", "BR"];
  for (const country of countries) await receiveOne(db, { attributes: someone({ country }) });
  await receiveOne(db, { path: "globex-form", attributes: someone({ country: "NL" }) });
  await db.query(
    `insert into app_private.api_keys (actor_id, prefix, secret_hash, operations, created_at)
     select id, 'aaaaaaaaaaaa', sha256('a'), '{read}', now() from app_public.actors where kind = 'api_key'`,
  );
  for (let round = 0; round < 4; round += 1) {
    await shuffle(db, `${seed} ${round}`);
    const actors = await allRows<{ id: number; slug: string; db_role: string | null }>(
      db,
      "select id, slug, db_role from app_public.actors order by slug",
    );
    const seen = new Map<string, string[]>();
    for (const { id, slug, db_role } of actors) {
      if (db_role === null) await actAs(db, id);
      else await actAsLogin(db, db_role);
      const table = db_role === null ? "app_public.leads" : "bi.leads_of_everybody";
      for (const lead of await allValues<string>(db, `select id as value from ${table}`)) {
        seen.set(lead, [...(seen.get(lead) ?? []), slug]);
      }
      await stopActing(db);
    }
    for (const lead of await allValues<string>(db, "select id as value from app_public.leads")) {
      const told = slugs(await whoSees(db, lead));
      expect([seed, round, lead, told]).toEqual([seed, round, lead, seen.get(lead) ?? []]);
    }
  }
});

/** Deals memberships anew, moves leads and a territory, and switches people on and off, by what the seed says. */
async function shuffle(db: Client, seed: string): Promise<void> {
  // A view of all columns for the BI login, in the way of ours, since views of bi show fewer rows than a table has.
  await db.query(`
    create or replace view bi.leads_of_everybody with (security_invoker = true) as select leads.id from app_public.leads;
    grant select on bi.leads_of_everybody to catchment_bi`);
  await db.query("delete from app_public.memberships");
  await db.query(
    `insert into app_public.memberships (actor_id, territory_id, role)
     select actors.id, territories.id, (array['rep', 'manager', 'viewer'])[1 + abs(hashtext($1 || slugs.slug)) % 3]
       from app_public.actors cross join app_public.territories
      cross join lateral (select actors.slug || territories.slug as slug) as slugs
      where abs(hashtext(slugs.slug || $1)) % 6 = 0`,
    [seed],
  );
  await db.query("update app_public.actors set is_active = abs(hashtext(slug || $1)) % 5 > 0", [seed]);
  await db.query(
    `update app_public.leads set territory_id = (
       select territories.id from app_public.territories
        where territories.boundary_id = (select boundary_id from app_public.territories where id = leads.territory_id)
        order by hashtext(leads.id || territories.slug || $1) limit 1)`,
    [seed],
  );
  await db.query(
    "update app_public.territories set parent_id = (select id from app_public.territories where slug = $1) where slug = 'uk'",
    [seed.endsWith("1") ? "americas" : "emea"],
  );
}
