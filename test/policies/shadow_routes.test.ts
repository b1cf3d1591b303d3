import type { Client } from "pg";
import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { oneValue } from "../support/rows.ts";
import { act, test } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

test("bi.routing_disagreements: a BI login sees those of its territories, and of a draft's choice elsewhere nothing", async ({
  db,
}) => {
  await compareEverything(db);
  const all = await oneValue<number>(db, "select count(*)::int as value from bi.routing_disagreements");
  const german = await oneValue<number>(
    db,
    "select count(*)::int as value from app_public.leads join app_public.territories on territories.id = leads.territory_id where slug = 'de'",
  );
  expect(all).toBeGreaterThan(german);
  await actAsLogin(db, "bi_de");
  const { rows } = await db.query<{
    territory: string;
    shadow_territory: string | null;
    shadow_owner: string | null;
  }>("select territory, shadow_territory, shadow_owner from bi.routing_disagreements");
  expect(rows).toHaveLength(german);
  expect(german).toBeGreaterThan(0);
  for (const row of rows)
    expect(row).toEqual({ territory: "de", shadow_territory: null, shadow_owner: null });
  expect(await refusal(db, "insert into app_public.shadow_routes default values")).toBe(DENIED);
  await stopActing(db);
  // The table's own wall, behind that of the view: could they name it, they would see no more.
  await db.query("grant usage on schema app_public to catchment_bi");
  await actAsLogin(db, "bi_de");
  expect((await db.query("select from app_public.shadow_routes")).rowCount).toBe(german);
  await stopActing(db);
});

test("nobody of GraphQL reads the table, and not even the stages change a comparison", async ({ db }) => {
  for (const who of ["dora", "olga", "ada"]) {
    await act(db, who);
    expect([who, await refusal(db, "select from app_public.shadow_routes")]).toEqual([who, DENIED]);
  }
  await actAsLogin(db, "catchment_worker");
  expect(await refusal(db, "update app_public.shadow_routes set differs = '{}'")).toBe(DENIED);
  expect(await refusal(db, "delete from app_public.shadow_routes")).toBe(DENIED);
});

/** A draft that would bring every lead to the Netherlands, to somebody else. */
async function compareEverything(db: Client): Promise<void> {
  await stopActing(db);
  await db.query(
    `with draft as (insert into app_public.revisions (digest, applied_by, applied_at, is_draft) values ('x', 'test', now(), true) returning id)
     insert into app_public.shadow_routes
       (revision, lead_id, territory_id, decision_id, trace_id, differs, shadow_territory_id, shadow_gate, shadow_owner_id, compared_at)
     select distinct on (decisions.lead_id)
            draft.id, decisions.lead_id, decisions.territory_id, decisions.id, decisions.trace_id, '{territory}', places.id, 'automate', actors.id, now()
       from draft, app_public.decisions, app_public.territories as places, app_public.actors
      where places.slug = 'globex-nl' and actors.slug = 'nina'`,
  );
}
