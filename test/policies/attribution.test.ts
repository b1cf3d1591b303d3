import type { Client } from "pg";
import { expect } from "vitest";
import { read } from "../house/files.ts";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { receive, someone } from "../support/arrivals.ts";
import { allRows, allValues, oneRow } from "../support/rows.ts";
import { act, createStranger, territoriesSeen, test } from "./land.ts";

const VIEWS = ["attribution_touches", "attribution_credits"];

test("the views of attribution have the walls of the tables below them", async ({ db }) => {
  const stranger = await createStranger(db);
  for (const view of VIEWS) {
    expect([view, await territoriesSeen(db, "dora", view)]).toEqual([view, ["de"]]);
    expect([view, await territoriesSeen(db, "nina", view)]).toEqual([view, ["globex-nl"]]);
    expect(await territoriesSeen(db, "ada", view)).not.toContain("globex-nl");
    expect([view, await territoriesSeen(db, null, view)]).toEqual([view, []]);
    expect([view, await territoriesSeen(db, stranger, view)]).toEqual([view, []]);
  }
});

test("a BI login sees its own territory; a canary in another is in none of its rows", async ({ db }) => {
  await receive(db, [
    { attributes: someone({ country: "FR", channel: "canary", campaign: "canary" }) },
    { path: "globex-form", attributes: someone({ country: "NL", channel: "canary", campaign: "canary" }) },
  ]);
  await actAsLogin(db, "bi_de");
  for (const view of ["bi.attribution_touches", "bi.attribution_credit"]) {
    expect(
      await oneRow(
        db,
        `select count(*) > 0 as sees, count(*) filter (where territory <> 'de')::int as foreign_rows,
                count(*) filter (where seen::text like '%canary%')::int as canaries from ${view} as seen`,
      ),
    ).toEqual({ sees: true, foreign_rows: 0, canaries: 0 });
  }
  await stopActing(db);
  expect(
    await oneRow(
      db,
      "select count(*)::int as canaries from bi.attribution_touches where campaign = 'canary'",
    ),
  ).toEqual({ canaries: 2 });
});

test("every query of docs/attribution.md runs for a BI login, in a session that may name nothing but bi", async ({
  db,
}) => {
  const queries = [...read("docs/attribution.md").matchAll(/^```sql\n([\s\S]*?)^```/gm)].flatMap(
    ([, block = ""]) => block.split(";").filter((query) => query.trim() !== ""),
  );
  expect(queries.length).toBeGreaterThan(3);
  await actAsLogin(db, "bi_de");
  for (const query of queries) await db.query(query);
  await stopActing(db);
});

test("the half-life is the same for whoever asks, seen or unseen the ancestor that says it", async ({
  db,
}) => {
  await db.query("update app_public.territories set attribution_half_life_days = 3 where slug = 'global'");
  const asked = "select distinct half_life_days as value from app_public.attribution_touches";
  await act(db, "dora");
  expect(await allValues(db, asked)).toEqual([3]);
  await stopActing(db);
});

test("leads_attribution and leads_primary_source tell nothing of a lead that is hidden", async ({ db }) => {
  const { id } = await oneRow<{ id: string }>(
    db,
    `select leads.id from app_public.leads join app_public.territories on territories.id = leads.territory_id
      where territories.slug = 'de' limit 1`,
  );
  expect(await told(db, "dora", id)).toEqual({ credits: 5, primary: "web-form" });
  for (const who of ["felix", "nina", "gus", null]) {
    expect([who, await told(db, who, id)]).toEqual([who, { credits: 0, primary: null }]);
  }
});

/** Asked with a row made up by the caller: knowing the id must not be enough. */
async function told(db: Client, who: string | null, id: string) {
  await act(db, who);
  const [answer] = await allRows<{ credits: number; primary: string | null }>(
    db,
    `select (select count(*)::int from app_public.leads_attribution(lead)) as credits, app_public.leads_primary_source(lead) as primary
       from jsonb_populate_record(null::app_public.leads, jsonb_build_object('id', $1::uuid)) as lead`,
    [id],
  );
  await stopActing(db);
  return answer;
}
