import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "./serve.ts";

const PAGE = `query ($first: Int, $after: Cursor, $offset: Int, $orderBy: [LeadOrderBy!], $filter: LeadFilter) {
  leads(first: $first, after: $after, offset: $offset, orderBy: $orderBy, filter: $filter) {
    totalCount nodes { rowId } pageInfo { hasNextPage endCursor } } }`;

type Page = {
  leads: {
    totalCount: number;
    nodes: { rowId: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

const market = test.extend("leads", { scope: "file", auto: true }, ({ database }) =>
  withConnection(database.urls.superuser, async (root) => {
    const { rows } = await root.query<{ id: string; slug: string; status: string }>(
      `insert into app_public.leads (territory_id, status, source, trace_id, first_seen_at, last_activity_at)
       select territories.id, (array['new', 'contacted'])[1 + n % 2], 'web-form', md5(n::text), now(), now()
         from generate_series(1, 60) as n
         join app_public.territories on territories.slug = (array['de', 'us', 'fr'])[1 + n % 3]
       returning id, (select slug from app_public.territories where id = territory_id), status`,
    );
    return rows;
  }),
);

market("page by page, in both directions, one reads each visible lead once", async ({ api, leads }) => {
  const emea = leads.filter(({ slug }) => slug !== "us").map(({ id }) => id);
  for (const orderBy of [undefined, ["PRIMARY_KEY_ASC"], ["PRIMARY_KEY_DESC"]]) {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data }: { data: Page } = await api.ask<Page>("mona", PAGE, { first: 7, after, orderBy });
      expect(data.leads.totalCount).toBe(emea.length);
      seen.push(...data.leads.nodes.map(({ rowId }) => rowId));
      after = data.leads.pageInfo.hasNextPage ? data.leads.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(orderBy?.[0] === "PRIMARY_KEY_DESC" ? emea.toSorted().reverse() : emea.toSorted());
  }
});

market("other orders, filters and offsets answer what they always did", async ({ api, leads }) => {
  const own = leads.filter(({ slug }) => slug === "de").toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const ids = async (variables: object) => {
    const { data } = await api.ask<Page>("dora", PAGE, { ...variables });
    return data.leads.nodes.map(({ rowId }) => rowId);
  };
  const contacted = own.filter(({ status }) => status === "contacted");
  expect(await ids({ first: 3, filter: { status: { equalTo: "contacted" } } })).toEqual(
    contacted.slice(0, 3).map(({ id }) => id),
  );
  expect(await ids({ first: 5, offset: 4 })).toEqual(own.slice(4, 9).map(({ id }) => id));
  expect(await ids({ first: 20, orderBy: ["STATUS_ASC", "PRIMARY_KEY_DESC"] })).toEqual(
    [...contacted.toReversed(), ...own.filter(({ status }) => status === "new").toReversed()].map(
      ({ id }) => id,
    ),
  );
});

market(
  "who sees nothing gets an empty page, and a cursor of somebody else opens nothing",
  async ({ api }) => {
    const { data } = await api.ask<Page>("mona", PAGE, { first: 2 });
    const after = data.leads.pageInfo.endCursor;
    const absent = await api.ask("nina", PAGE, { first: 2 });
    expect(absent.data).toEqual({
      leads: { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false, endCursor: null } },
    });
    expect((await api.ask("nina", PAGE, { first: 2, after })).text).toBe(absent.text);
    expect((await api.ask("mona", PAGE, { after: "bm90IGEgY3Vyc29y" })).code).toBeTypeOf("string");
  },
);

market("the default list and no other asks for its rows by name", async ({ api, database }) => {
  const asRoot = (sql: string) => withConnection(database.urls.superuser, (root) => root.query(sql));
  await asRoot("revoke execute on function app_public.lead_page(int, boolean, uuid) from catchment_user");
  const answers = async (variables: object) =>
    (await api.ask("mona", PAGE, { ...variables })).code === undefined;
  expect(await answers({})).toBe(false);
  expect(await answers({ orderBy: ["ROW_ID_DESC"], filter: {} })).toBe(false);
  expect(await answers({ orderBy: ["SCORE_DESC"] })).toBe(true);
  expect(await answers({ filter: { status: { equalTo: "new" } } })).toBe(true);
  await asRoot("grant execute on function app_public.lead_page(int, boolean, uuid) to catchment_user");
  expect(await answers({})).toBe(true);
});
