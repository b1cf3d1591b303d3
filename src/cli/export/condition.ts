import { type Client, escapeIdentifier } from "pg";
import { misused } from "../outcome.ts";
import type { Filter } from "./filter.ts";
import type { Column } from "./row_format.ts";

export type List = { schema: "app_public" | "bi"; table: string; columns: readonly Column[] };

/** What people call by a slug although the column holds a number: `territory=de`. */
const SLUGS: Record<string, string> = { territory: "territories", path: "capture_paths", owner: "actors" };

/**
 * A condition of SQL. A cursor takes no parameters in its declaration, so values are quoted into it. A word that no row
 * could have is refused: an empty list would be taken for an answer.
 */
export async function conditionOf(
  client: Client,
  { schema, table, columns }: List,
  { column, operator, value }: Filter,
): Promise<string> {
  const has = (wanted: string) => columns.some(({ name }) => name === wanted);
  const isEquality = operator === "=" || operator === "!=";
  const named = SLUGS[column];
  if (!has(column) && named !== undefined && has(`${column}_id`) && isEquality && value !== "") {
    return `${column}_id ${operator} ${await idOf(client, named, column, value)}`;
  }
  if (!has(column)) {
    throw misused(`There is no column ${column}. There are ${columns.map(({ name }) => name).join(", ")}.`);
  }
  const name = escapeIdentifier(column);
  if (value === "") {
    if (!isEquality) throw misused(`${column}${operator} lacks a value.`);
    return `${name} is ${operator === "=" ? "" : "not "}null`;
  }
  const words = isEquality ? await wordsOf(client, { schema, table }, column) : [];
  if (words.length > 0 && !words.includes(value)) {
    throw misused(`${column} is never ${value}. It is one of ${words.join(", ")}.`);
  }
  return `${name} ${operator} ${client.escapeLiteral(value)}`;
}

/** Asked as the reader, to whom what is hidden is as what is not there. */
async function idOf(client: Client, table: string, column: string, slug: string): Promise<number> {
  const { rows } = await client.query<{ id: number }>(`select id from app_public.${table} where slug = $1`, [
    slug,
  ]);
  const id = rows[0]?.id;
  if (id === undefined) throw misused(`There is no ${column} ${slug} that this actor may see.`);
  return id;
}

/** The words that a check of the table lists for a column; none where it lists none. */
async function wordsOf(
  client: Client,
  { schema, table }: Pick<List, "schema" | "table">,
  column: string,
): Promise<string[]> {
  const { rows } = await client.query<{ word: string }>(
    `select (regexp_matches(checks.text, $$'([^']+)'::text$$, 'g'))[1] as word
       from pg_catalog.pg_constraint
       join pg_catalog.pg_class on pg_class.oid = pg_constraint.conrelid
       join pg_catalog.pg_namespace on pg_namespace.oid = pg_class.relnamespace
      cross join lateral pg_catalog.pg_get_constraintdef(pg_constraint.oid) as checks (text)
      where pg_constraint.contype = 'c' and pg_namespace.nspname = $1 and pg_class.relname = $2
        and starts_with(checks.text, format('CHECK ((%I = ANY (ARRAY[', $3::text))`,
    [schema, table, column],
  );
  return rows.map(({ word }) => word);
}
