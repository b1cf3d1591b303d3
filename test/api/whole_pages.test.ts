import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { arrive } from "../support/arrive.ts";
import { type Served, test as served } from "./serve.ts";

type Rows = { edges: { cursor: string; node: { id: string } }[] };

/** Seven leads of which some lack a name, a size or an owner. */
const test = served.extend("people", { scope: "file" }, async ({ database }) => {
  for (const [n, country] of ["DE", "FR", "DE", "XX", "FR", "DE", "XX"].entries()) {
    const said = n % 2 === 0 ? { first_name: `Ana ${n % 3}`, employees: 10 * (n % 4) } : {};
    await arrive(database, { attributes: { email: `${randomUUID()}@x.example`, country, ...said } });
  }
});

test("after and before each row of each list, in each of its orders, stand all others once", async ({
  api,
  people: _,
}) => {
  const orders = await ordersOf(api);
  expect(orders.length).toBeGreaterThan(300);
  let walked = 0;
  for (const { list, order } of orders) {
    const { whole } = await ask(`whole: ${list}(orderBy: [${order}], first: 7) ${ROWS}`);
    const ids = idsOf(whole);
    if (ids.length < 2) continue;
    const pages = whole?.edges.map(
      ({ cursor }, n) =>
        `after${n}: ${list}(orderBy: [${order}], first: ${ids.length - n - 1}, after: "${cursor}") ${ROWS}
         before${n}: ${list}(orderBy: [${order}], last: 7, before: "${cursor}") ${ROWS}`,
    );
    const found = await ask(pages?.join("\n") ?? "");
    const around = ids.map((_, n) => [idsOf(found[`before${n}`]), idsOf(found[`after${n}`])]);
    expect([list, order, around]).toEqual([
      list,
      order,
      ids.map((_, n) => [ids.slice(0, n), ids.slice(n + 1)]),
    ]);
    walked += 1;
  }
  expect(walked).toBeGreaterThan(100);

  async function ask(fields: string) {
    const { data, text } = await api.ask<Record<string, Rows> | null>("ada", `{ ${fields} }`);
    if (data === null) throw new Error(text);
    return data;
  }
});

const ROWS = "{ edges { cursor node { id } } }";

function idsOf(rows: Rows | undefined): string[] {
  return rows?.edges.map(({ node }) => node.id) ?? [];
}

/** Every list of nodes at the root with each of its orders. */
async function ordersOf(api: Served): Promise<{ list: string; order: string }[]> {
  const { data } = await api.ask<Schema>("ada", SCHEMA);
  const types = new Map(data.__schema.types.map((type) => [type.name, type]));
  return data.__schema.queryType.fields.flatMap(({ name: list, args, type }) => {
    const orderBy = args.find(({ name }) => name === "orderBy")?.type.ofType?.ofType?.name;
    const node = types.get(type.name ?? "")?.fields?.find(({ name }) => name === "nodes")?.type.ofType
      ?.ofType?.ofType;
    const isNode = types.get(node?.name ?? "")?.interfaces?.some(({ name }) => name === "Node");
    const values = types.get(orderBy ?? "")?.enumValues ?? [];
    return isNode === true ? values.map(({ name }) => ({ list, order: name })) : [];
  });
}

type Named = { name: string | null; ofType?: Named };

type Schema = {
  __schema: {
    queryType: { fields: { name: string; args: { name: string; type: Named }[]; type: Named }[] };
    types: {
      name: string;
      interfaces: { name: string }[] | null;
      enumValues: { name: string }[] | null;
      fields: { name: string; type: Named }[] | null;
    }[];
  };
};

const SCHEMA = `{ __schema {
  queryType { fields { name args { name type { name ofType { name ofType { name } } } } type { name } } }
  types { name interfaces { name } enumValues { name } fields { name type { name ofType { name ofType { name ofType { name } } } } } } } }`;
