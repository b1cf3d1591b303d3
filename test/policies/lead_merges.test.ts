import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { stopActing } from "../support/act_as.ts";
import { allValues } from "../support/rows.ts";
import { act, test } from "./land.ts";
import { proveWall } from "./prove_wall.ts";
import { refusal } from "./refusal.ts";

/** Of every two leads of a client, as if they had been merged once: a pair belongs to what both territories lie in. */
const PAIRS = `
  insert into app_public.lead_merges (survivor_id, merged_id, territory_id, moved, survivor_before, merged_before, merged_at, unmerged_at, returned)
  select leads.id, others.id, pair.territory_id, '{}', '{}', '{}', now(), now(), '{}'
    from app_public.leads
    join app_public.leads as others on others.id > leads.id
   cross join lateral (select app_private.common_ancestor(array[leads.territory_id, others.territory_id]) as territory_id) as pair
   where pair.territory_id is not null`;

test.beforeAll(async ({ database }) => {
  await withConnection(database.urls.superuser, (root) => root.query(PAIRS));
});

proveWall("lead_merges", ["de", "emea", "americas", "global"]);

test("preview_merge and preview_unmerge: for whoever may merge both, and hidden like absent for the rest", async ({
  db,
}) => {
  const leadsIn = (slug: string) =>
    allValues<string>(
      db,
      "select leads.id as value from app_public.leads join app_public.territories on territories.id = territory_id where slug = $1 order by 1",
      [slug],
    );
  const [one = "", two = ""] = await leadsIn("de");
  const [other = ""] = await leadsIn("us");
  const preview = "select app_public.preview_merge($1, $2)";
  for (const [who, same, across] of [
    ["mona", "allowed", "NFUND"],
    ["olga", "allowed", "allowed"],
    ["ada", "allowed", "allowed"],
    ["dora", "DENID", "NFUND"],
    ["vera", "DENID", "DENID"],
    ["nina", "NFUND", "NFUND"],
    [null, "NFUND", "NFUND"],
  ] as const) {
    await act(db, who);
    expect([who, await refusal(db, preview, [one, two]), await refusal(db, preview, [one, other])]).toEqual([
      who,
      same,
      across,
    ]);
    const unmerged = await refusal(db, "select app_public.preview_unmerge($1)", [one]);
    expect([who, unmerged]).toEqual([who, same === "allowed" ? "STATE" : same]);
  }
  await stopActing(db);
});
