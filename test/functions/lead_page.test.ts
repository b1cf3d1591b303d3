import type { Client } from "pg";
import { expect } from "vitest";
import { actorId, territoryId } from "../support/acme.ts";
import { actAs, actAsNobody, stopActing } from "../support/act_as.ts";
import { test } from "../support/rolled_back.ts";
import { oneValue } from "../support/rows.ts";

test("the first by id of all one's territories, in both directions and from any place", async ({ db }) => {
  const leads = await createLeads(db, ["de", "fr", "de", "us", "uk", "fr", "de"]);
  const emea = leads.filter((_, n) => n !== 3);
  await actAs(db, await actorId(db, "mona"));
  expect(await page(db, 4)).toEqual(emea.slice(0, 4));
  expect(await page(db, 4, true)).toEqual(emea.toReversed().slice(0, 4));
  expect(await page(db, 50, false, emea[3])).toEqual(emea.slice(4));
  expect(await page(db, 50, true, leads[3])).toEqual(emea.slice(0, 3).toReversed());
});

test("of a colleague's market, for nobody and for somebody switched off: none", async ({ db }) => {
  await createLeads(db, ["fr", "us"]);
  const dora = await actorId(db, "dora");
  await actAs(db, dora);
  expect(await page(db, 50)).toEqual([]);
  await actAsNobody(db);
  expect(await page(db, 50)).toEqual([]);
  await stopActing(db);
  const leads = await createLeads(db, ["de"]);
  await actAs(db, dora);
  expect(await page(db, 50)).toEqual(leads);
  await stopActing(db);
  await db.query("update app_public.actors set is_active = false where id = $1", [dora]);
  await actAs(db, dora);
  expect(await page(db, 50)).toEqual([]);
});

test("merged leads take no place of others, however many there are", async ({ db }) => {
  const leads = await createLeads(
    db,
    Array.from({ length: 30 }, () => "de"),
  );
  await db.query("update app_public.leads set merged_into_id = $1 where id = any ($2)", [
    leads[29],
    leads.slice(0, 25),
  ]);
  await actAs(db, await actorId(db, "dora"));
  expect((await page(db, 2)).slice(0, 2)).toEqual(leads.slice(25, 27));
  expect(await page(db, 50)).toEqual(leads.slice(25));
});

test("with many territories: from the nearest leads, and when those are not one's own, from all of one's own", async ({
  db,
}) => {
  await db.query(
    `insert into app_public.territories (parent_id, slug, name, kind, time_zone)
     select id, 'patch-' || n, 'Patch ' || n, 'patch', time_zone from app_public.territories, generate_series(1, 80) as n where slug = 'de'`,
  );
  const own = await createLeads(db, ["patch-1", "patch-80", "fr", "de", "patch-7"]);
  const visible = own.filter((_, n) => n !== 2);
  await db.query("update app_public.leads set merged_into_id = $1 where id = $2", [own[3], own[4]]);
  const dora = await actorId(db, "dora");
  await actAs(db, dora);
  expect(await page(db, 3)).toEqual(visible.slice(0, 3));
  expect(await page(db, 2, true)).toEqual([own[3], own[1]]);
  await stopActing(db);
  await db.query(
    `insert into app_public.leads (territory_id, source, trace_id, first_seen_at, last_activity_at)
     select $1, 'web-form', md5(n::text), now(), now() from generate_series(1, 3100) as n`,
    [await territoryId(db, "us")],
  );
  await actAs(db, dora);
  expect(await page(db, 50, true)).toEqual(visible.slice(0, 3).toReversed());
});

async function page(
  db: Client,
  size: number,
  isDescending = false,
  beyond: string | null = null,
): Promise<string[]> {
  return oneValue(db, "select app_public.lead_page($1, $2, $3) as value", [size, isDescending, beyond]);
}

/** In these territories, in this order. */
async function createLeads(db: Client, slugs: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const slug of slugs) {
    ids.push(
      await oneValue(
        db,
        `insert into app_public.leads (territory_id, source, trace_id, first_seen_at, last_activity_at)
         select id, 'web-form', md5($1), now(), now() from app_public.territories where slug = $1 returning id as value`,
        [slug],
      ),
    );
  }
  return ids;
}
