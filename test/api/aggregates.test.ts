import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { MAX_GROUPS } from "../../src/api/page_size.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { actorId } from "../support/acme.ts";
import { arrive } from "../support/arrive.ts";
import { openCase } from "../support/cases.ts";
import type { TestDatabase } from "../support/database.ts";
import { merge } from "../support/merges.ts";
import { allRows } from "../support/rows.ts";
import { test } from "./serve.ts";

type Group = { keys: string[] | null; count: number };
type Counted = Record<string, { totalCount: number; groupedAggregates: Group[] }>;

const counted = (list: string, by: string) =>
  `{ ${list} { totalCount groupedAggregates(groupBy: [${by}]) { keys count } } }`;

const COLUMNS = {
  leads: {
    STATUS: "status",
    TERRITORY: "territory_id",
    OWNER: "owner_id",
    SOURCE: "source",
    DAY: "(first_seen_at at time zone 'UTC')::date",
  },
  captures: {
    STATUS: "status",
    OUTCOME: "outcome",
    TERRITORY: "territory_id",
    DAY: "(received_at at time zone 'UTC')::date",
  },
  exceptions: {
    KIND: "kind",
    TEAM: "owner_team_id",
    TERRITORY: "territory_id",
    DAY: "(opened_at at time zone 'UTC')::date",
  },
};

test("counts are those of SQL under the same actor, without merged leads", async ({ api, database }) => {
  const leadIds: string[] = [];
  for (const country of ["DE", "DE", "DE", "FR"]) {
    const attributes = { email: `${randomUUID()}@example.${country.toLowerCase()}`, country };
    leadIds.push(String((await arrive(database, { path: "web-form", attributes })).leadId));
  }
  const [survivorId = "", mergedId = "", doubtedId = ""] = leadIds;
  await withConnection(database.urls.superuser, async (root) => {
    await merge(root, survivorId, mergedId);
    await openCase(root, "possible_duplicate", { leadId: doubtedId });
  });

  for (const who of ["dora", "mona", "felix", "nina"]) {
    for (const [list, columns] of Object.entries(COLUMNS)) {
      for (const [by, column] of Object.entries(columns)) {
        const { data } = await api.ask<Counted>(who, counted(list, by));
        const groups = data[list]?.groupedAggregates ?? [];
        expect([who, by, groups.sort(byKey)]).toEqual([who, by, await inSql(database, who, list, column)]);
        expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(data[list]?.totalCount);
      }
    }
  }
  const { data } = await api.ask<Counted>("dora", counted("leads", "STATUS"));
  expect(data.leads).toEqual({ totalCount: 2, groupedAggregates: [{ keys: ["new"], count: 2 }] });
});

test("outside the territory nothing is counted, whatever is asked by, and nobody counts nothing", async ({
  api,
}) => {
  const places = await api.ask<Counted>("dora", counted("leads", "TERRITORY"));
  const [germany] = places.data.leads?.groupedAggregates.map(({ keys }) => keys?.[0]) ?? [];
  for (const who of ["felix", "nina", null]) {
    const { data } = await api.ask<Counted>(who, counted("leads", "TERRITORY, DAY"));
    const keys = data.leads?.groupedAggregates.flatMap((group) => group.keys ?? []) ?? [];
    expect([who, germany, keys.includes(germany ?? "")]).toEqual([who, expect.any(String), false]);
  }
  expect((await api.ask<Counted>(null, counted("leads", "STATUS"))).data.leads?.groupedAggregates).toEqual(
    [],
  );
});

test("the filter of the list is that of its groups", async ({ api }) => {
  const list = 'leads(filter: { source: { equalTo: "absent" } })';
  const { data } = await api.ask<Counted>("mona", counted(list, "STATUS"));
  expect(data.leads).toEqual({ totalCount: 0, groupedAggregates: [] });
});

test("more groups than one answer may hold are refused, and so many are not", async ({ api, database }) => {
  const ask = () => api.ask<Counted>("felix", counted("leads", "SOURCE"));
  const there = (await ask()).data.leads?.groupedAggregates.length ?? 0;
  await sources(database.urls.superuser, there + 1, MAX_GROUPS);
  expect((await ask()).data.leads?.groupedAggregates).toHaveLength(MAX_GROUPS);
  await sources(database.urls.superuser, MAX_GROUPS + 1, MAX_GROUPS + 1);
  expect(await ask()).toMatchObject({ code: "TOO_LARGE" });
});

test("a key named twice is refused, in literals and variables: each group would repeat it", async ({
  api,
}) => {
  const named = "query ($by: [LeadGroupBy!]!) { leads { groupedAggregates(groupBy: $by) { keys count } } }";
  const literal = "{ exceptions { groupedAggregates(groupBy: [KIND, TEAM, KIND]) { keys count } } }";
  expect(await api.ask("mona", literal)).toMatchObject({ code: "BAD_INPUT" });
  const by = ["OWNER", ...Array.from({ length: 5_000 }, () => "STATUS")];
  const refused = await api.ask("mona", named, { by });
  expect(refused).toMatchObject({ code: "BAD_INPUT" });
  expect(refused.text).not.toContain("count");
  const once = "{ exceptions { groupedAggregates(groupBy: [KIND, TEAM, TERRITORY, DAY]) { keys count } } }";
  expect((await api.ask("mona", once)).code).toBeUndefined();
});

test("groups weigh like a page of theirs, and nothing else is counted, added up or ordered by", async ({
  api,
}) => {
  const each = "leads { groupedAggregates(groupBy: [DAY]) { count } }";
  const deep = `{ territories(first: 500) { nodes { ${each} again: ${each} } } }`;
  expect(await api.ask("dora", deep)).toMatchObject({ status: 400, code: "TOO_LARGE" });
  for (const unknown of [
    "leads { aggregates { count } }",
    "leads { groupedAggregates(groupBy: [EMAIL]) { count } }",
    "leads { groupedAggregates(groupBy: [STATUS]) { sum { score } } }",
    "accounts { groupedAggregates(groupBy: []) { count } }",
    "leads(filter: { sourceEvents: { aggregates: {} } }) { totalCount }",
  ]) {
    expect([unknown, (await api.ask("mona", `{ ${unknown} }`)).status]).toEqual([unknown, 400]);
  }
});

/** A lead in France from each of so many sources. */
async function sources(superuserUrl: string, from: number, until: number): Promise<void> {
  await withConnection(superuserUrl, (root) =>
    root.query(
      `insert into app_public.leads (territory_id, email, source, trace_id, first_seen_at, last_activity_at)
       select territories.id, 'group-' || n || '@example.fr', 'group-' || n, md5(n::text), now(), now()
         from app_public.territories, generate_series($1::int, $2) as n where territories.slug = 'fr'`,
      [from, until],
    ),
  );
}

/** The same counts by the API's own login, acting as that actor. */
async function inSql({ urls }: TestDatabase, who: string, table: string, column: string): Promise<Group[]> {
  const id = await withConnection(urls.superuser, (root) => actorId(root, who));
  return withConnection(urls.api, async (client) => {
    await client.query("begin; set local role catchment_user");
    await client.query("select set_config('catchment.actor', $1, true)", [String(id)]);
    const rows = await allRows<{ key: string; count: number }>(
      client,
      `select (${column})::text as key, count(*)::int as count from app_public.${table}
        ${table === "leads" ? "where merged_into_id is null" : ""} group by 1`,
    );
    return rows.map(({ key, count }) => ({ keys: [key], count })).sort(byKey);
  });
}

const byKey = (a: Group, b: Group) => String(a.keys).localeCompare(String(b.keys));
