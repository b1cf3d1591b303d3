import { expect } from "vitest";
import { actAsLogin } from "../support/act_as.ts";
import { act, test } from "./land.ts";
import { proveWall } from "./prove_wall.ts";
import { DENIED, refusal } from "./refusal.ts";

proveWall("lead_edits", ["de", "fr", "uk", "us", "br", "globex-nl"]);

test("not even the stages delete what somebody wrote", async ({ db }) => {
  await actAsLogin(db, "catchment_worker");
  expect(await refusal(db, "delete from app_public.lead_edits")).toBe(DENIED);
});

test("leads_field_origins tells nothing of a lead behind the wall, whoever names it", async ({ db }) => {
  const { rows: leads } = await db.query<{ id: string; slug: string }>(
    `select leads.id, territories.slug from app_public.leads join app_public.territories on territories.id = leads.territory_id
      where territories.slug in ('de', 'globex-nl') order by territories.slug`,
  );
  const seen: Record<string, string[]> = { dora: ["de"], felix: [], olga: ["de"], nina: ["globex-nl"] };
  for (const [who, territories] of Object.entries(seen)) {
    await act(db, who);
    for (const { id, slug } of leads) {
      const forged =
        "select from app_public.leads_field_origins(jsonb_populate_record(null::app_public.leads, $1))";
      const { rowCount } = await db.query(forged, [JSON.stringify({ id })]);
      expect([who, slug, (rowCount ?? 0) > 0]).toEqual([who, slug, territories.includes(slug)]);
    }
  }
});
