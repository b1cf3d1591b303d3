import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../../src/api/page_size.ts";
import { withConnection } from "../../src/postgres/connect.ts";
import { test } from "./serve.ts";

test("a list answers 50 rows unless asked otherwise, and never more than 500", async ({ api, database }) => {
  await manyLeads(database.urls.superuser, 520);
  const pages = [
    ["", DEFAULT_PAGE_SIZE],
    ["(first: 3)", 3],
    ["(first: 0)", 0],
    ["(last: 7)", 7],
    [`(first: ${MAX_PAGE_SIZE})`, MAX_PAGE_SIZE],
    [`(last: ${MAX_PAGE_SIZE})`, MAX_PAGE_SIZE],
  ] as const;
  for (const [args, rows] of pages) {
    const { data } = await api.ask<Leads>("dora", `{ leads${args} { totalCount nodes { rowId } } }`);
    expect([args, data.leads.nodes.length, data.leads.totalCount]).toEqual([args, rows, 520]);
  }
  for (const args of ["first: 501", "last: 501", "first: 1000000", "first: -1", "last: -1"]) {
    const { code } = await api.ask("dora", `{ leads(${args}) { nodes { rowId } } }`);
    expect([args, code]).toEqual([args, "BAD_INPUT"]);
  }
});

test("variables are capped like literals, and a variable without value means the default", async ({
  api,
  database,
}) => {
  await manyLeads(database.urls.superuser, 60);
  const query = "query ($n: Int) { leads(first: $n) { nodes { rowId } } }";
  expect((await api.ask("dora", query, { n: 501 })).code).toBe("BAD_INPUT");
  for (const variables of [{}, { n: null }]) {
    const { data } = await api.ask<Leads>("dora", query, variables);
    expect(data.leads.nodes).toHaveLength(DEFAULT_PAGE_SIZE);
  }
  const both = "query ($n: Int, $m: Int) { leads(first: $n, last: $m) { nodes { rowId } } }";
  expect((await api.ask<Leads>("dora", both, {})).data.leads.nodes).toHaveLength(DEFAULT_PAGE_SIZE);
  expect((await api.ask<Leads>("dora", both, { m: 4 })).data.leads.nodes).toHaveLength(4);
  expect((await api.ask<Leads>("dora", both, { n: 4 })).data.leads.nodes).toHaveLength(4);
});

test("pages follow one another by their cursor, forwards and backwards", async ({ api, database }) => {
  await manyLeads(database.urls.superuser, 60);
  const page = "nodes { rowId } pageInfo { endCursor hasNextPage }";
  const first = await api.ask<Leads>("dora", `{ leads(orderBy: [SLA_DUE_AT_ASC]) { ${page} } }`);
  const after = first.data.leads.pageInfo?.endCursor;
  const second = await api.ask<Leads>(
    "dora",
    `{ leads(orderBy: [SLA_DUE_AT_ASC], after: "${after}") { ${page} } }`,
  );
  const ids = [first, second].flatMap(({ data }) => data.leads.nodes.map(({ rowId }) => rowId));
  expect(new Set(ids).size).toBe(ids.length);
  expect(first.data.leads.pageInfo?.hasNextPage).toBe(true);
});

test("the pages of children and of functions are capped too", async ({ api }) => {
  for (const list of [
    "leads { nodes { sourceEvents(first: 501) { totalCount nodes { rowId } } } }",
    "leads { nodes { story(first: 501) { nodes { at } } } }",
    'trace(traceId: "x", first: 501) { nodes { at } }',
  ]) {
    expect([list, (await api.ask("dora", `{ ${list} }`)).code]).toEqual([list, "BAD_INPUT"]);
  }
});

const repeated = (n: number, one: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => one(i)).join(" ");

test("documents that would keep the database busy are refused before they reach it", async ({ api }) => {
  const nested = (depth: number): string => (depth === 0 ? "slug" : `parent { ${nested(depth - 1)} }`);
  const spreads = repeated(30, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
  const documents = {
    aliases: `{ ${repeated(1000, (i) => `a${i}: leads { nodes { rowId } }`)} }`,
    depth: `{ territories { nodes { ${nested(50)} } } }`,
    fields: `{ leads { nodes { ${repeated(1000, () => "rowId")} } } }`,
    renamed: `{ currentActor { ${repeated(101, (i) => `a${i}: slug`)} } }`,
    "renamed in fragments": `{ currentActor { ...A ...A } } fragment A on Actor { ${repeated(51, (i) => `a${i}: slug`)} }`,
    directives: `{ currentActor { slug ${repeated(1000, () => "@include(if: true)")} } }`,
    fragments: `{ ...F0 } ${spreads} fragment F30 on Query { currentActor { slug } }`,
    rows: "{ leads(first: 500) { nodes { territory { leads(first: 500) { nodes { territory { leads { nodes { rowId } } } } } } } } }",
    hidden: `query ($n: Int) { leads(first: $n) { nodes { ...L } } }
             fragment L on Lead { territory { leads(first: $n) { ...C } } } fragment C on LeadConnection { nodes { sourceEvents { edges { node { rowId } } } } }`,
    cycle: "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
  };
  for (const [what, document] of Object.entries(documents)) {
    const { status, data } = await api.ask("dora", document);
    expect([what, status, data]).toEqual([what, 400, undefined]);
  }
  const large = `{ currentActor { slug } } # ${"x".repeat(1_000_000)}`;
  expect((await api.ask("dora", large)).status).toBe(413);
});

test("a flood of them holds up nobody: all are refused, and what others ask is answered meanwhile", async ({
  api,
}) => {
  const wide = `{ ${repeated(900, (i) => `a${i}: leads { nodes { rowId } }`)} }`;
  const flood = Array.from({ length: 40 }, (_, i) => api.ask("felix", `${wide} # ${i}`));
  for (let asked = 0; asked < 20; asked += 1) {
    expect((await api.ask("dora", "{ currentActor { slug } }")).data).toEqual({
      currentActor: { slug: "dora" },
    });
  }
  expect(new Set((await Promise.all(flood)).map(({ status, code }) => `${status} ${code}`))).toEqual(
    new Set(["400 TOO_LARGE"]),
  );
});

test("filters that the database would plan for seconds are refused, in literals, variables and fragments", async ({
  api,
}) => {
  const deep = (levels: number): object =>
    levels === 0
      ? { email: { equalTo: "x" } }
      : { not: { sourceEvents: { none: { lead: deep(levels - 1) } } } };
  const wide = { or: Array.from({ length: 200 }, () => ({ sourceEventsExist: true })) };
  const named = "query ($f: LeadFilter) { leads(filter: $f) { totalCount } }";
  const shared =
    "query ($f: LeadFilter!) { ...A ...B } fragment A on Query { a: leads(filter: { not: $f }) { totalCount } } fragment B on Query { ...C } fragment C on Query { leads(filter: $f) { totalCount } }";
  const literal = `{ leads(filter: { or: [${repeated(200, () => "{ sourceEventsExist: true }")}] }) { totalCount } }`;
  for (const [document, variables] of [
    [named, { f: deep(7) }],
    [named, { f: deep(500) }],
    [named, { f: wide }],
    [shared, { f: deep(4) }],
    [literal, {}],
  ] as const) {
    const { status, code } = await api.ask("dora", document, variables);
    expect([status, code]).toEqual([400, "TOO_LARGE"]);
  }
  const many = Array.from({ length: 1_000 }, (_, index) => `lead-${index}@example.org`);
  for (const f of [deep(2), { email: { in: many } }, { and: [{ owner: { slug: { equalTo: "dora" } } }] }]) {
    expect((await api.ask("dora", named, { f })).data).toEqual({ leads: { totalCount: expect.any(Number) } });
  }
  expect((await api.ask("dora", named, { f: wide })).status).toBe(400); // what passed once is asked again
});

test("what is wrong with a document names nothing that is not shown", async ({ api }) => {
  const { text } = await api.ask(
    "dora",
    "{ actors { nodes { dbRol managerI } } leads { nodes { fieldOrigin violation } } }",
  );
  expect(text).toContain("Cannot query field");
  expect(text).not.toMatch(/dbRole|managerId|violations|app_p/);
});

test("three lists in each other pass with the default pages", async ({ api }) => {
  const query = "{ territories { nodes { leads { nodes { sourceEvents { nodes { rowId } } } } } } }";
  expect((await api.ask("dora", query)).code).toBeUndefined();
});

test("the tools' introspection passes", async ({ api }) => {
  const { getIntrospectionQuery } = await import("graphql");
  const { status, data } = await api.ask<{ __schema: object }>("dora", getIntrospectionQuery());
  expect([status, Object.keys(data)]).toEqual([200, ["__schema"]]);
});

type Leads = {
  leads: {
    totalCount: number;
    nodes: { rowId: string }[];
    pageInfo?: { endCursor: string; hasNextPage: boolean };
  };
};

/** Makes it so many in all; straight into the table, since only their number matters. */
async function manyLeads(superuserUrl: string, total: number): Promise<void> {
  await withConnection(superuserUrl, async (root) => {
    await root.query("delete from app_public.leads where source = 'many'");
    await root.query(
      `insert into app_public.leads (territory_id, email, source, trace_id, first_seen_at, last_activity_at)
       select territories.id, 'many-' || n || '-' || $2 || '@example.de', 'many', lpad(to_hex(n), 32, '0'), now(), now()
         from app_public.territories, generate_series(1, $1::int) as n where territories.slug = 'de'`,
      [total, randomUUID()],
    );
  });
}
