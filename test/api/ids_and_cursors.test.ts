import { randomUUID } from "node:crypto";
import { expect, onTestFinished, vi } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { arrive } from "../support/arrive.ts";
import { type Served, test as served } from "./serve.ts";

type Nodes = { nodes: { id: string; __typename: string }[] };

const test = served.extend("places", { scope: "file" }, async ({ database }) => {
  const leads: Record<string, string[]> = { DE: [], FR: [] };
  for (const country of ["DE", "FR", "DE", "FR", "DE", "FR"]) {
    const { leadId } = await arrive(database, {
      attributes: { email: `${randomUUID()}@x.example`, country },
    });
    leads[country]?.push(leadId ?? "");
  }
  return leads;
});

/** Lists of the root that hold nodes, from the schema itself: a new one takes part by itself. */
async function lists(api: Served): Promise<string[]> {
  const { data } = await api.ask<Schema>(
    "ada",
    "{ __schema { queryType { fields { name args { type { kind } } type { name } } } types { name interfaces { name } fields { name type { ofType { ofType { ofType { name } } } } } } } }",
  );
  const isNode = new Set(
    data.__schema.types
      .filter((one) => one.interfaces?.some(({ name }) => name === "Node"))
      .map(({ name }) => name),
  );
  return data.__schema.queryType.fields
    .filter(({ type, args }) => {
      const connection = data.__schema.types.find(
        ({ name }) => name === type.name && name?.endsWith("Connection"),
      );
      const node = connection?.fields?.find(({ name }) => name === "nodes")?.type.ofType?.ofType?.ofType
        ?.name;
      return node !== undefined && isNode.has(node) && args.every((one) => one.type.kind !== "NON_NULL");
    })
    .map(({ name }) => name);
}

type Schema = {
  __schema: {
    queryType: {
      fields: { name: string; args: { type: { kind: string } }[]; type: { name: string | null } }[];
    };
    types: {
      name: string;
      interfaces: { name: string }[] | null;
      fields: { name: string; type: { ofType?: { ofType?: { ofType?: { name: string } } } } }[] | null;
    }[];
  };
};

async function idsOf(api: Served, who: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const list of await lists(api)) {
    const { data } = await api.ask<Record<string, Nodes>>(
      who,
      `{ ${list}(first: 200) { nodes { __typename id } } }`,
    );
    for (const { id, __typename } of data[list]?.nodes ?? []) ids.set(id, __typename);
  }
  return ids;
}

test("an id of somebody else's object, of any type, is answered like one of nothing", async ({
  api,
  places,
}) => {
  expect(places.DE).toHaveLength(3);
  const [own, all] = [await idsOf(api, "felix"), await idsOf(api, "ada")];
  const hidden = [...all].filter(([id]) => !own.has(id));
  expect(new Set(hidden.map(([, type]) => type)).size).toBeGreaterThan(8);
  const ask = (id: string) =>
    api.ask("felix", "query ($id: ID!) { node(id: $id) { id __typename } }", { id });
  for (const [id, type] of hidden) {
    expect([type, (await ask(id)).text]).toEqual([type, '{"data":{"node":null}}']);
    expect([type, (await ask(absent(id))).text]).toEqual([type, '{"data":{"node":null}}']);
  }
  for (const [id, type] of own)
    expect([type, (await ask(id)).text]).toEqual([
      type,
      JSON.stringify({ data: { node: { id, __typename: type } } }),
    ]);
});

test("ids bent in any way answer nothing of anybody, and no word of the database", async ({
  api,
  places,
}) => {
  const printed = printedLines();
  const own = await idsOf(api, "felix");
  const of = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  const [lead = ""] = places.DE ?? [];
  const bent = [
    ...[...own.keys()].slice(0, 20).map((id) => id.slice(0, -3)),
    ...["Lead", "leads", "Actor", "SourceEvent", "Query", "__proto__"].flatMap((type) => [
      of([type, lead]),
      of([type, [lead]]),
      of([type, lead, 1]),
      of([type, "' or true --"]),
      of([type, null]),
      of([type, { "": lead }]),
    ]),
    "",
    "query",
    "W10=",
    "\u0000",
    "🜁",
    "[".repeat(10_000),
  ];
  for (const id of bent) {
    const { text, status } = await api.ask(
      "felix",
      "query ($id: ID!) { node(id: $id) { __typename ... on Lead { email } } }",
      { id },
    );
    expect([id.slice(0, 80), status]).toEqual([id.slice(0, 80), 200]);
    expect(text).not.toMatch(/x\.example|"__typename":"Lead"|22P02|invalid input|constraint|INTERNAL/);
  }
  expect(printed()).toEqual([]);
});

test("ids of nothing are answered with null, and nobody can fill the log with them", async ({ api }) => {
  const printed = printedLines();
  const told = api.lines.length;
  for (let n = 0; n < 100; n++) {
    const id = Buffer.from(JSON.stringify(["Nothing", n])).toString("base64");
    const { text } = await api.ask("felix", "query ($id: ID!) { node(id: $id) { __typename } }", { id });
    expect(text).toBe('{"data":{"node":null}}');
  }
  expect(printed()).toEqual([]);
  expect(api.lines.slice(told)).toEqual([]);
});

/** What the API prints from now until the end of the test. */
function printedLines(): () => unknown[] {
  const words = vi.spyOn(console, "warn").mockReturnValue();
  const bytes = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => {
    words.mockRestore();
    bytes.mockRestore();
  });
  return () => [...words.mock.calls, ...bytes.mock.calls];
}

test("a cursor of somebody else's page leads to one's own rows only, and tells nothing but one's own", async ({
  api,
  places,
}) => {
  type Page = { leads: { edges: { cursor: string; node: { rowId: string } }[] } };
  for (const order of ["SLA_DUE_AT_ASC", "LAST_ACTIVITY_AT_DESC", "EMAIL_ASC", "PRIMARY_KEY_ASC"]) {
    const page = (who: string, args: string) =>
      api.ask<Page>(who, `{ leads(orderBy: [${order}]${args}) { edges { cursor node { rowId } } } }`);
    const { edges } = (await page("ada", "")).data.leads;
    expect(edges.length).toBeGreaterThan(5);
    for (const { cursor, node } of edges) {
      for (const side of ["after", "before"]) {
        const { data, code } = await page("felix", `, ${side}: "${cursor}"`);
        expect([order, side, code]).toEqual([order, side, undefined]);
        expect(data.leads.edges.filter((edge) => !places.FR?.includes(edge.node.rowId))).toEqual([]);
      }
      const told = Buffer.from(cursor, "base64").toString();
      const others = edges.filter((edge) => edge.node.rowId !== node.rowId && told.includes(edge.node.rowId));
      expect([told, others]).toEqual([told, []]);
    }
  }
});

test("ids of what flows do not count: uuids by time, and no sequence that anybody but the machine may read", async ({
  database,
  places,
}) => {
  expect(places.FR).toHaveLength(3);
  const { rows } = await withConnection(database.urls.superuser, (root) =>
    root.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
        where relkind = 'S' and relnamespace::regnamespace::text in ('app_public', 'app_private', 'app_hidden', 'bi')
          and (has_sequence_privilege('catchment_user', oid, 'usage, select, update') or has_sequence_privilege('catchment_bi', oid, 'usage, select, update')
               or has_sequence_privilege('catchment_api', oid, 'usage, select, update'))
       union all
       select attrelid::regclass || '.id' from pg_attribute join pg_class on pg_class.oid = attrelid
        where attname = 'id' and relkind in ('r', 'p') and relnamespace = 'app_public'::regnamespace and atttypid <> 'uuid'::regtype
          and exists (select from pg_attribute as others where others.attrelid = pg_class.oid and others.attname in ('lead_id', 'trace_id', 'capture_id'))`,
    ),
  );
  expect(rows).toEqual([]);
});

/** The same type, and an id that nothing has. */
function absent(id: string): string {
  const [type, ...key]: unknown[] = JSON.parse(Buffer.from(id, "base64").toString());
  return Buffer.from(
    JSON.stringify([type, ...key.map((one) => (typeof one === "number" ? 2_000_000_000 : randomUUID()))]),
  ).toString("base64");
}
