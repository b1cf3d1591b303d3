import {
  buildClientSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isEnumType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from "graphql";
import type { Served } from "../api/serve.ts";

/** The schema that the server itself tells. */
export async function introspect({ ask }: Pick<Served, "ask">): Promise<GraphQLSchema> {
  const { data } = await ask<IntrospectionQuery>("dora", getIntrospectionQuery());
  return buildClientSchema(data);
}

/** Fields of Query that answer pages, with the type of their rows. */
export function listsOf(schema: GraphQLSchema): Map<string, GraphQLObjectType> {
  const lists = new Map<string, GraphQLObjectType>();
  for (const field of fieldsOf(schema.getQueryType())) {
    const row = rowOf(field);
    if (row !== null && !field.args.some(isRequiredArgument)) lists.set(field.name, row);
  }
  return lists;
}

/** Documents that ask every list for every field of its rows, and of what these point at. */
export function documentsOf(schema: GraphQLSchema): { documents: Map<string, string>; asked: Set<string> } {
  const lists = listsOf(schema);
  const asked = new Set<string>();
  const documents = new Map<string, string>();
  for (const [list, type] of lists) {
    const leaves = leavesOf(type, asked);
    const branches = branchesOf(type, [...lists.values()], asked);
    for (let at = 0; at === 0 || at < branches.length; at += MOST_BRANCHES) {
      const nodes = `nodes { ${leaves} ${branches.slice(at, at + MOST_BRANCHES).join(" ")} }`;
      documents.set(
        `${list} ${at}`,
        `{ ${list}(first: 200) { totalCount pageInfo { startCursor endCursor } ${nodes} } }`,
      );
    }
    const counts = countsOf(schema, list, asked);
    if (counts !== "") documents.set(`${list} counts`, `{ ${list} { totalCount ${counts} } }`);
  }
  return { documents, asked };
}

/** Whatever else a page tells of all its rows: by each word of the list that it asks for. */
export function countsOf(schema: GraphQLSchema, list: string, asked = new Set<string>()): string {
  const page = getNamedType(schema.getQueryType()?.getFields()[list]?.type);
  if (!isObjectType(page)) return "";
  return fieldsOf(page)
    .filter(({ name }) => !["nodes", "edges", "pageInfo", "totalCount"].includes(name))
    .flatMap((field) => {
      const [argument] = field.args.filter(isRequiredArgument);
      const words = getNamedType(argument?.type);
      const groups = getNamedType(field.type);
      if (argument === undefined || !isEnumType(words) || !isObjectType(groups)) return [];
      asked.add(`${page.name}.${field.name}`);
      const leaves = leavesOf(groups, asked);
      return words
        .getValues()
        .map(({ name }) => `${name}: ${field.name}(${argument.name}: [${name}]) { ${leaves} }`);
    })
    .join(" ");
}

/** All leaves below a field, for what answers no page. */
export function selectionOf(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return "";
  const row = rowOf(field);
  const lists = [...listsOf(schema).values()];
  const inner = `${leavesOf(row ?? type, new Set())} ${lists.includes(row ?? type) ? "" : branchesOf(row ?? type, lists, new Set()).join(" ")}`;
  return row === null ? `{ ${inner} }` : `{ totalCount nodes { ${inner} } }`;
}

/** `Type.field` of everything that a query can reach. Of pages what is not the rows again. */
export function fieldsReached(schema: GraphQLSchema): string[] {
  const types = new Set<GraphQLObjectType>();
  const visit = (type: GraphQLObjectType) => {
    if (types.has(type)) return;
    types.add(type);
    for (const field of fieldsOf(type)) {
      const target = getNamedType(field.type);
      if (isObjectType(target)) visit(target);
    }
  };
  const lists = listsOf(schema);
  for (const field of fieldsOf(schema.getQueryType())) {
    const page = getNamedType(field.type);
    if (lists.has(field.name) && isObjectType(page)) visit(page);
  }
  return [...types]
    .filter(({ name }) => !/^(Query|PageInfo|.*Edge)$/.test(name))
    .flatMap((type) => fieldsOf(type).map(({ name }) => `${type.name}.${name}`))
    .filter((field) => !/Connection\.(nodes|edges|pageInfo|totalCount)$/.test(field))
    .sort();
}

export function fieldsOf(type: GraphQLObjectType | null | undefined): GraphQLField<unknown, unknown>[] {
  return Object.values(type?.getFields() ?? {});
}

/** The type of the rows of a page; null: the field answers none. */
function rowOf(field: GraphQLField<unknown, unknown>): GraphQLObjectType | null {
  const page = getNamedType(field.type);
  if (!isObjectType(page) || !page.name.endsWith("Connection")) return null;
  const row = getNamedType(page.getFields().nodes?.type);
  return isObjectType(row) ? row : null;
}

function leavesOf(type: GraphQLObjectType, asked: Set<string>): string {
  const leaves = fieldsOf(type).filter(
    (field) => isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument),
  );
  for (const { name } of leaves) asked.add(`${type.name}.${name}`);
  return leaves.map(({ name }) => name).join(" ");
}

/** Each field with fields below it, down to the leaves; deeper where no list has such rows. */
function branchesOf(
  type: GraphQLObjectType,
  listed: GraphQLObjectType[],
  asked: Set<string>,
  above: GraphQLObjectType[] = [],
): string[] {
  return fieldsOf(type).flatMap((field) => {
    const row = rowOf(field);
    const target = row ?? getNamedType(field.type);
    if (!isObjectType(target) || target.name === "Query" || field.args.some(isRequiredArgument)) return [];
    asked.add(`${type.name}.${field.name}`);
    const isDeeper = !listed.includes(target) && !above.includes(target);
    const inner = [
      leavesOf(target, asked),
      ...(isDeeper ? branchesOf(target, listed, asked, [...above, target]) : []),
    ].join(" ");
    const page = field.args.some(({ name }) => name === "first") ? "(first: 20)" : "";
    return `${field.name}${page} { ${row === null ? inner : `totalCount nodes { ${inner} }`} }`;
  });
}

/** A document has at most 150 objects. */
const MOST_BRANCHES = 20;

export function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
