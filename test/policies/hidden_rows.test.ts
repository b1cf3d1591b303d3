import { getNamedType, isInputObjectType } from "graphql";
import type { Client } from "pg";
import { expect } from "vitest";
import { stopActing } from "../support/act_as.ts";
import { allRows, allValues, oneValue } from "../support/rows.ts";
import { canariesIn } from "./canary.ts";
import { countsOf, fieldsOf, introspect, listsOf, selectionOf } from "./documents.ts";
import { act } from "./land.ts";
import { everybody, test } from "./planted.ts";
import { absentOf, documentOf, keyOf, orderOf, type RootField, snakeCase, tableOf } from "./root_fields.ts";

// Rows behind the wall, asked for one by one over GraphQL: by id, by slug, by cursor, by value, by order, by number.

/** Fields of Query that are neither a list nor a row by its key, with what they are asked. */
const ASKED: Record<string, (hidden: Hidden) => Record<string, unknown>> = {
  currentActor: () => ({}),
  notificationSettings: () => ({}),
  previewMerge: ({ leads }) => ({ survivorId: leads, mergedId: leads }),
  previewRealignment: ({ territory }) => ({ boundary: territory }),
  previewRoute: ({ leads }) => ({ leadId: leads }),
  previewUnmerge: ({ leads }) => ({ leadId: leads }),
  quarantinedCapture: ({ captures }) => ({ captureId: captures }),
  realignments: ({ territory }) => ({ boundary: territory }),
  searchLeads: ({ email }) => ({ text: email }),
  trace: ({ trace }) => ({ traceId: trace }),
};

/** Of Relay: `node` is asked below, the others are nobody's rows. */
const RELAY = ["id", "node", "query"];

type Hidden = Record<string, unknown>;

test("every field of Query is a list, a row by its key, or one that is asked here", async ({ api }) => {
  const schema = await introspect(api);
  const known = new Set([...listsOf(schema).keys(), ...Object.keys(ASKED), ...RELAY]);
  const others = fieldsOf(schema.getQueryType()).filter(({ name }) => !known.has(name));
  expect(others.filter((field) => keyOf(field) === null).map(({ name }) => name)).toEqual([]);
  expect(Object.keys(ASKED).filter((name) => schema.getQueryType()?.getFields()[name] === undefined)).toEqual(
    [],
  );
});

test("a row by its key: null, hidden or absent; and there for who reaches it", async ({ db, api }) => {
  const schema = await introspect(api);
  const unseen: string[] = [];
  for (const field of fieldsOf(schema.getQueryType())) {
    const key = keyOf(field);
    if (key === null) continue;
    const [document, table] = [documentOf(field, "id"), tableOf(field.name)];
    for (const value of await keysIn(db, table, key, "globex-nl")) {
      const variables = (one: unknown) => ({
        [key]: one,
        ...(field.args.length > 1 ? { isActive: true } : {}),
      });
      const own = await api.ask<Record<string, { id: string } | null>>("gus", document, variables(value));
      const id = own.data[field.name]?.id;
      if (id === undefined) unseen.push(`${field.name} ${value}`);
      for (const who of ["ada", "dora", null]) {
        const absent = await api.ask(who, document, variables(absentOf(value)));
        expect(JSON.parse(absent.text)).toEqual({ data: { [field.name]: null } });
        const answer = await api.ask(who, document, variables(value));
        expect([field.name, who, answer.text]).toEqual([field.name, who, absent.text]);
        const byNode = await api.ask(who, "query ($id: ID!) { node(id: $id) { __typename id } }", { id });
        expect([field.name, who, byNode.text]).toEqual([field.name, who, '{"data":{"node":null}}']);
      }
    }
  }
  expect(unseen).toEqual([]);
});

test("whatever else Query answers says the same of the hidden and of the absent", async ({ db, api }) => {
  const schema = await introspect(api);
  const hidden = await hiddenOf(db);
  const absent = Object.fromEntries(Object.entries(hidden).map(([name, value]) => [name, absentOf(value)]));
  for (const [name, argumentsOf] of Object.entries(ASKED)) {
    const field = schema.getQueryType()?.getFields()[name];
    if (field === undefined) throw new Error(`There is no ${name}.`);
    const document = documentOf(field, selectionOf(schema, field));
    for (const who of ["ada", "olga", "dora", "uma", null]) {
      const answer = await api.ask(who, document, argumentsOf(hidden));
      expect([name, who, answer.text]).toEqual([
        name,
        who,
        (await api.ask(who, document, argumentsOf(absent))).text,
      ]);
      expect([name, who, canariesIn(answer.text).filter((canary) => canary.startsWith("globex"))]).toEqual([
        name,
        who,
        [],
      ]);
      expect([name, who, answer.code === "INTERNAL"]).toEqual([name, who, false]);
    }
    if (field.args.length === 0) continue;
    const [own, none] = [
      await api.ask("gus", document, argumentsOf(hidden)),
      await api.ask("gus", document, argumentsOf(absent)),
    ];
    expect([name, own.text === none.text]).toEqual([name, false]);
  }
});

test("a page counts what the actor reaches, in all and in groups, and a cursor from elsewhere brings nothing", async ({
  db,
  api,
}) => {
  const schema = await introspect(api);
  const people = await everybody(db);
  for (const list of listsOf(schema).keys()) {
    const counts = countsOf(schema, list);
    const document = `query ($after: Cursor) { ${list}(first: 3, after: $after) { totalCount pageInfo { endCursor } nodes { id } ${counts} } }`;
    const gus = await api.ask<Pages>("gus", document);
    const cursor = gus.data[list]?.pageInfo.endCursor;
    for (const { slug } of people.filter((person) => ["dora", "ada", "uma", "gus"].includes(person.slug))) {
      const { data, text } = await api.ask<Pages>(slug, document);
      expect([list, slug, data[list]?.totalCount]).toEqual([list, slug, await countAs(db, slug, list)]);
      for (const [word, groups] of Object.entries(data[list] ?? {})) {
        if (!Array.isArray(groups) || word === "nodes") continue;
        expect([list, slug, word, groups.reduce((sum, { count }) => sum + count, 0)]).toEqual([
          list,
          slug,
          word,
          data[list]?.totalCount,
        ]);
      }
      if (slug === "gus" || cursor == null) continue;
      const all = await api.ask<Pages>(slug, `{ ${list}(first: 500) { nodes { id } } }`);
      const own = all.data[list]?.nodes.map(({ id }) => id) ?? [];
      const after = await api.ask<Pages>(slug, document, { after: cursor });
      expect([list, slug, (after.data[list]?.nodes ?? []).filter(({ id }) => !own.includes(id))]).toEqual([
        list,
        slug,
        [],
      ]);
      expect(text).not.toBe("");
    }
  }
});

test("every order and every filter is of a column that may be read, and finds no value of another side", async ({
  db,
  api,
}) => {
  const schema = await introspect(api);
  const refused: string[] = [];
  for (const list of listsOf(schema).keys()) {
    const field = schema.getQueryType()?.getFields()[list];
    const orders = orderOf(field)?.getValues() ?? [];
    for (let at = 0; at < orders.length; at += MOST_ALIASES) {
      const fields = orders
        .slice(at, at + MOST_ALIASES)
        .map(({ name }) => `${name}: ${list}(orderBy: [${name}], first: 1) { nodes { id } }`);
      const { code, text } = await api.ask("dora", `{ ${fields.join(" ")} }`);
      if (code !== undefined) refused.push(text);
    }
    for (const { name, value, column } of await filtersOf(db, field, list)) {
      const document = `query ($value: String!) { ${list}(filter: { ${name}: { equalTo: $value } }) { totalCount nodes { id } } }`;
      const own = await api.ask<Pages>("gus", document, { value });
      expect([list, column, (own.data[list]?.totalCount ?? 0) > 0]).toEqual([list, column, true]);
      const hidden = await api.ask<Pages>("ada", document, { value });
      expect([list, column, hidden.data[list]?.totalCount]).toEqual([list, column, 0]);
      expect(hidden.text).toBe((await api.ask("ada", document, { value: `${value}0` })).text);
    }
  }
  expect(refused).toEqual([]);
});

type Pages = Record<
  string,
  {
    totalCount: number;
    pageInfo: { endCursor: string | null };
    nodes: { id: string }[];
    [group: string]: unknown;
  }
>;

/** A document asks 150 objects at most, and a page is two. */
const MOST_ALIASES = 30;

/** Those of two rows of a territory. */
async function keysIn(db: Client, table: string, key: string, place: string): Promise<unknown[]> {
  await stopActing(db);
  const column = key === "slug" ? "slug" : "id";
  if (table === "app_public.actors")
    return allValues(db, `select ${column} as value from ${table} where slug = 'nina'`);
  const where = table === "app_public.territories" ? "id" : "territory_id";
  return allValues(
    db,
    `select ${column} as value from ${table} where ${where} = (select id from app_public.territories where slug = $1) order by id limit 2`,
    [place],
  );
}

async function hiddenOf(db: Client): Promise<Hidden> {
  const one = async (table: string, condition: string) =>
    oneValue<string>(
      db,
      `select ${table}.id as value from app_public.${table} join app_public.territories on territories.id = ${table}.territory_id
        where territories.slug = 'globex-nl' and ${condition} order by 1 limit 1`,
    );
  return {
    leads: await one("leads", "merged_into_id is null"),
    captures: await one("captures", "status = 'quarantined'").catch(() => one("captures", "true")),
    territory: "globex",
    email: await oneValue<string>(
      db,
      "select email as value from app_public.leads where email like 'canary=globex-nl=%' and merged_into_id is null limit 1",
    ),
    trace: await oneValue<string>(db, "select md5('globex-nl') as value"),
  };
}

/** As SQL counts under the same wall; lists of leads leave merged ones out. */
async function countAs(db: Client, slug: string, list: string): Promise<number> {
  await act(db, slug);
  const where = list === "leads" ? "where merged_into_id is null" : "";
  const count = await oneValue<number>(
    db,
    `select count(*)::int as value from app_public.${snakeCase(list)} ${where}`,
  );
  await stopActing(db);
  return count;
}

/** Filters of text, each with a canary of the other client that it could find. */
async function filtersOf(db: Client, field: RootField | undefined, list: string) {
  const type = getNamedType(field?.args.find(({ name }) => name === "filter")?.type);
  const found: { name: string; column: string; value: string }[] = [];
  if (!isInputObjectType(type)) return found;
  for (const { name, type: operators } of Object.values(type.getFields())) {
    if (getNamedType(operators).name !== "StringFilter") continue;
    const column = snakeCase(name);
    const [row] = await allRows<{ value: string }>(
      db,
      `select ${column} as value from app_public.${snakeCase(list)} where ${column} like 'canary=globex-nl=%' ${list === "leads" ? "and merged_into_id is null" : ""} limit 1`,
    );
    if (row !== undefined) found.push({ name, column, value: row.value });
  }
  return found;
}
