import { expect } from "vitest";
import { actAsLogin } from "../support/act_as.ts";
import { test } from "./land.ts";
import { proveWall } from "./prove_wall.ts";
import { DENIED, refusal } from "./refusal.ts";

proveWall("consents", ["de", "fr", "uk", "us", "br", "globex-nl"]);

test("not even the stages change or delete what somebody agreed to", async ({ db }) => {
  await actAsLogin(db, "catchment_worker");
  expect(await refusal(db, "update app_public.consents set state = 'granted'")).toBe(DENIED);
  expect(await refusal(db, "delete from app_public.consents")).toBe(DENIED);
});

test("a consent moves with its lead", async ({ db }) => {
  const { rows } = await db.query<{ moved: boolean }>(
    `with moved as (
       update app_public.leads set territory_id = (select id from app_public.territories where slug = 'uk')
        where id = (select leads.id from app_public.leads join app_public.territories on territories.id = leads.territory_id
                     where territories.slug = 'fr' limit 1) returning id)
     select true as moved from moved`,
  );
  expect(rows).toEqual([{ moved: true }]);
  const { rows: homes } = await db.query<{ slug: string }>(
    `select distinct territories.slug from app_public.consents join app_public.territories on territories.id = consents.territory_id`,
  );
  expect(homes.map(({ slug }) => slug)).not.toContain("fr");
});
